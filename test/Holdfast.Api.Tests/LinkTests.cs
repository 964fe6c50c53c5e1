using Holdfast.Model;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Control;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class LinkTests
{
    private static readonly LinkKey Key = new(Convert.ToBase64String(Enumerable.Range(0, LinkKey.Length).Select(number => (byte)number).ToArray()));

    private static string Approve => ApprovalLinks.PathOf(Key, "16-1", "on-call", true);

    [Fact]
    public async Task Opening_a_link_shows_what_is_at_stake_and_answers_nothing()
    {
        await using var api = await StartAsync(Request);

        var (status, page) = await api.AskAsync("GET", Approve);
        await api.AskAsync("HEAD", Approve);

        Assert.Equal(200, status);
        Assert.All(["Approve as on-call", "b would lead", "Worst loss: nothing", "&lt;i&gt;"], words => Assert.Contains(words, page, StringComparison.Ordinal));
        Assert.Empty(api.Control.Requests);
        Assert.Empty(api.Control.Facts);
    }

    [Fact]
    public async Task The_pages_button_answers_as_the_person_of_the_link_though_everybody_else_must_log_in()
    {
        await using var api = await StartAsync(Request);

        Assert.Equal(200, (await api.AskAsync("POST", Approve)).Status);
        Assert.Equal(200, (await api.AskAsync("POST", ApprovalLinks.PathOf(Key, "16-1", "on-call", false))).Status);

        var votes = api.Control.Requests.Cast<(string? Id, ApprovalVote Vote)>().ToArray();
        Assert.Equal([("16-1", "on-call", true, "link"), ("16-1", "on-call", false, "link")], votes.Select(asked => (asked.Id!, asked.Vote.By, asked.Vote.IsApproval, asked.Vote.Via)));
        Assert.Equal("on-call", api.Control.Facts[0].Who);
        Assert.DoesNotContain("signature", api.Control.Facts[0].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/approve", "/reject")]
    [InlineData("by=on-call", "by=boss")]
    [InlineData("signature=", "signature=A")]
    [InlineData("by=on-call&", "")]
    public async Task A_link_that_was_changed_is_worth_nothing(string part, string changed)
    {
        await using var api = await StartAsync(Request);

        Assert.Equal(403, (await api.AskAsync("POST", Approve.Replace(part, changed, StringComparison.Ordinal))).Status);
        Assert.Empty(api.Control.Requests);
    }

    [Fact]
    public async Task A_link_of_an_earlier_request_or_of_one_that_is_gone_says_so()
    {
        await using var later = await StartAsync(Request with { Id = "18-1", LinkKey = new(Convert.ToBase64String(new byte[LinkKey.Length])) });
        await using var gone = await StartAsync(null);
        await using var unsigned = await StartAsync(Request with { LinkKey = null });

        Assert.Equal(410, (await later.AskAsync("POST", Approve)).Status);
        Assert.Equal(410, (await gone.AskAsync("GET", Approve)).Status);
        Assert.Equal(403, (await unsigned.AskAsync("POST", Approve)).Status);
        Assert.Empty(later.Control.Requests);
    }

    [Fact]
    public async Task What_the_agent_refuses_is_said_on_the_page()
    {
        await using var api = await StartAsync(Request);
        api.Control.Answer = new(ControlOutcome.Refused, "on-call has answered request 16-1 already");

        var (status, page) = await api.AskAsync("POST", Approve);

        Assert.Equal(409, status);
        Assert.Contains("on-call has answered request 16-1 already", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_shows_nowhere()
    {
        Assert.DoesNotContain(Key.Text, Request.ToString(), StringComparison.Ordinal);
    }

    private static ApprovalRequest Request => new()
    {
        Id = "16-1",
        State = ApprovalState.Pending,
        LostTerm = new(16),
        Former = Views.A,
        Reason = "<i>a</i> has lost its lease",
        Candidate = Views.B,
        Choice = "its log goes furthest",
        WorstLoss = "nothing that was acknowledged",
        AskedAt = DateTimeOffset.UnixEpoch,
        LinkKey = Key,
    };

    private static Task<RunningApi> StartAsync(ApprovalRequest? request)
    {
        var view = Views.Primary(RunningApi.Now);
        return RunningApi.StartAsync(view with { Store = view.Store with { Approval = request } }, options => options with { Credentials = new("admin", "s3cret") });
    }
}
