using Holdfast.Browsing;

namespace Holdfast.Dashboard.Tests;

/// <summary>The hybrid strategy from the killed primary to the promoted standby, as the person on call goes through it.</summary>
public sealed class HybridWorkflowTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_primary_is_killed_a_message_comes_its_link_is_opened_and_a_click_promotes_the_standby()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        await using var chat = new Hook();
        await using var watched = new WatchedCluster();
        foreach (var member in watched.Cluster.Members)
        {
            await File.AppendAllTextAsync(member.Plan.ConfigurationFile, $"\nnotifications:\n  chat:\n    slack: {{url: '{chat.Url}'}}\n    approver: on-call\n", Stop);
        }

        var leader = await watched.WholeAsync();
        leader.KillAll();

        var link = await LinkAsync(chat);
        var message = chat.Messages.First(text => text.Contains(link.AbsolutePath, StringComparison.Ordinal));
        Assert.All([$"{leader.Name} has lost its lease", "would lead", "Worst loss: nothing that was acknowledged"], words => Assert.Contains(words, message, StringComparison.Ordinal));

        using var browser = Browser.Open(link);
        await browser.SeesAsync("body", "Worst loss: nothing that was acknowledged");
        Assert.Empty(browser.AccessibilityObjections());
        Pictures.Take(browser, "approval-link", "light");
        Assert.Null((await watched.Cluster.Rest.ClusterAsync(watched.Cluster.Members.First(member => member != leader).Plan, Stop))?.Leader);

        browser.Click("Approve as on-call");
        await browser.SeesAsync("body", "leads now");

        await UntilAsync(async () => (await watched.Cluster.Rest.ClusterAsync(watched.Cluster.Members.First(member => member != leader).Plan, Stop))?.Leader is { } now && now.Name != leader.Name);
        await UntilAsync(() => Task.FromResult(chat.Messages.Any(text => text.Contains("[resolved]", StringComparison.Ordinal) && text.Contains("ApprovalWaiting", StringComparison.Ordinal))));
    }

    private static async Task<Uri> LinkAsync(Hook chat)
    {
        Uri? link = null;
        await UntilAsync(() => Task.FromResult((link = chat.Links.FirstOrDefault(url => url.AbsolutePath.EndsWith("/approve", StringComparison.Ordinal))) is not null));
        return link!;
    }

    private static async Task UntilAsync(Func<Task<bool>> isReached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Limit);
        while (!await isReached())
        {
            await Task.Delay(100, limit.Token);
        }
    }
}
