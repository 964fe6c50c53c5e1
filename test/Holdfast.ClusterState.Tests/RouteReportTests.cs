using Holdfast.Api.Contracts.Audit;
using Holdfast.Model;
using Holdfast.StoreLayout;
using Xunit;

namespace Holdfast.ClusterState.Tests;

/// <summary>A router's word on a change of leader, in the store and in the trail.</summary>
public sealed class RouteReportTests
{
    private static readonly ClusterKeys Keys = new("service", "shop");

    [Fact]
    public void What_a_router_says_survives_the_store()
    {
        var report = new RouteReport(new Term(7), "db-1.example-42", TimeSpan.FromMilliseconds(12.5), IsRecorded: true, new Revision(9));

        Assert.Equal(report, Read(Documents.ToText(report)));
    }

    [Theory]
    [InlineData("nothing of ours")]
    [InlineData("""{"term":7}""")]
    [InlineData("""{"term":7,"router":""}""")]
    [InlineData("""{"term":7,"router":"evil\u001b[2J"}""")]
    [InlineData("""{"term":7,"router":"a b"}""")]
    [InlineData("""{"term":7,"router":"r","idle_ms":-1}""")]
    [InlineData("""{"term":7,"router":"r","idle_ms":1e300}""")]
    public void What_no_router_of_ours_would_say_is_not_heard(string text) => Assert.Null(Read(text));

    [Fact]
    public void A_name_that_is_too_long_is_not_heard() => Assert.Null(Read($$"""{"term":7,"router":"{{new string('r', 1000)}}"}"""));

    [Fact]
    public void The_entry_of_a_leader_is_shown_with_how_long_clients_waited_and_stays_as_it_was_sealed()
    {
        AuditEntry[] trail = [Leader("b", "a", 7), Routed(7, 40), Leader("a", "b", 9)];

        Assert.Equal("40", AuditPhases.WithRoute(trail, trail[0]).Details!["route_ms"]);
        Assert.DoesNotContain("route_ms", trail[0].Details!.Keys);
        Assert.Same(trail[1], AuditPhases.WithRoute(trail, trail[1]));
        Assert.Same(trail[2], AuditPhases.WithRoute(trail, trail[2]));
    }

    [Fact]
    public void The_steps_of_the_last_change_are_in_their_order_and_a_leader_that_took_its_own_lease_again_made_none()
    {
        AuditEntry[] trail = [Leader("a", null, 3), Leader("b", "a", 7), Routed(7, 40), Leader("b", "b", 9)];

        Assert.Equal([("detect", 100), ("promote", 30), ("route", 40)], AuditPhases.OfLastChange(trail).Select(phase => (phase.Phase, (int)phase.Took.TotalMilliseconds)));
        Assert.Empty(AuditPhases.OfLastChange(trail[..1]));
    }

    private static RouteReport? Read(string text) => Documents.ToRoute(new(Keys.Route, text, new Revision(9), null));

    private static AuditEntry Leader(string who, string? before, int term)
    {
        var details = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["term"] = $"{term}", ["detect_ms"] = "100", ["promote_ms"] = "30", ["fence_ms"] = "?" };
        if (before is not null)
        {
            details["before"] = before;
        }

        return Entry(AuditPhases.LeaderKind, who, details);
    }

    private static AuditEntry Routed(int term, int took) => Entry(AuditPhases.RoutedKind, "b", new(StringComparer.Ordinal) { ["term"] = $"{term}", ["route_ms"] = $"{took}" });

    private static AuditEntry Entry(string kind, string who, SortedDictionary<string, string> details) =>
        new() { Number = 1, At = DateTimeOffset.UnixEpoch, Kind = kind, Who = who, What = "", Details = details, Previous = "" };
}
