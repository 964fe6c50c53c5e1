using Holdfast.Browsing;
using Holdfast.Demo.Cluster;
using OpenQA.Selenium;

namespace Holdfast.Dashboard.Tests;

/// <summary>What an operator does who was woken: on the real page of a real cluster, in a real browser.</summary>
public sealed class OperatorTests(WatchedCluster watched)
{
    private const string Banner = ".banner";

    [Fact]
    public async Task A_lost_primary_is_shown_and_a_click_on_approve_promotes_and_the_banner_says_so_without_a_reload()
    {
        var (leader, browser) = await OpenAsync(watched);
        using var _ = browser;
        await browser.SeesAsync(Banner, $"{leader.Name} leads");
        await browser.SeesAsync("section[aria-labelledby=alerts]", "✓ Nothing fires.");
        Pictures.Take(browser, "dashboard", "light");
        Pictures.Take(browser, "dashboard", "dark");

        leader.KillAll();
        await browser.SeesAsync(Banner, "waits for approval");
        await browser.SeesAsync(".request", "Lost at worst");
        Assert.Contains($"{leader.Name} is lost and nobody leads", browser.Text(Banner), StringComparison.Ordinal);
        Assert.Contains("lost", browser.Text("svg.topology"), StringComparison.Ordinal);
        Assert.StartsWith("✕", browser.Title, StringComparison.Ordinal);
        Pictures.Take(browser, "dashboard-approval", "light");
        Pictures.TakeOnPhone(browser, "dashboard-phone");

        var candidate = browser.Text(".request h3").Split(' ')[1];
        browser.Click($"Approve {candidate}…");
        await browser.SeesAsync("dialog", "It would lose nothing that was acknowledged");
        browser.Fill("your-name", "Anna");
        browser.Fill("comment", "its host is gone");
        browser.Click($"Approve {candidate}");

        await browser.SeesAsync(Banner, $"{candidate} leads in place of {leader.Name}, as Anna (unproven) approved.");
        Assert.Contains($"{leader.Name} is lost", browser.Text(Banner), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(candidate, (await watched.Cluster.LeaderAsync(TestContext.Current.CancellationToken)).Name);
        await browser.SeesAsync("table.audit", "Anna (unproven)");
        Assert.Contains("dashboard", browser.Text("table.audit"), StringComparison.Ordinal);
        await browser.SeesAsync("section[aria-labelledby=audit]", "no entry was changed or left out");
        browser.Type("audit-filter", "anna");
        Assert.Equal(1, browser.Count("table.audit tbody tr"));
        Pictures.TakeOf(browser, "dashboard-audit", "section[aria-labelledby=audit]");
        browser.Type("audit-filter", "nobody did this");
        await browser.SeesAsync("section[aria-labelledby=audit]", "No entry says that.");
        await browser.SeesAsync("section[aria-labelledby=writes]", "not served for");
        Assert.True(browser.Count("section[aria-labelledby=writes] .outage") > 0);
        Assert.True(browser.IsTheSamePage);
    }

    [Fact]
    public async Task A_lost_standby_fires_an_alert_that_is_taken_in_hand_and_silenced_on_the_page()
    {
        var (leader, browser) = await OpenAsync(watched);
        using var _ = browser;
        await browser.SeesAsync(Banner, $"{leader.Name} leads");
        await browser.SeesAsync("section[aria-labelledby=alerts]", "✓ Nothing fires.");
        var lost = watched.Cluster.Members.First(member => member != leader);

        lost.KillAll();

        await browser.SeesAsync(".alert.critical", $"{lost.Name} does not follow the primary");
        await browser.SeesAsync(".alert.critical", $"StandbyNotConnected on {lost.Name}");
        Assert.Empty(browser.AccessibilityObjections());
        Pictures.Take(browser, "dashboard-alerts", "light");
        Pictures.Take(browser, "dashboard-alerts", "dark");
        browser.Click("Rules");
        await browser.SeesAsync("dialog", "replication_lag_seconds > 60");
        Assert.Empty(browser.AccessibilityObjections());
        Pictures.Take(browser, "dashboard-rules", "light");
        browser.Press(Keys.Escape);
        await AnswerAsync(browser, lost.Name);
        await watched.WholeAsync();
        await browser.SeesAsync("section[aria-labelledby=alerts]", "✓ Nothing fires.");
    }

    [Fact]
    public async Task The_keyboard_alone_is_enough_to_approve()
    {
        await using var own = new WatchedCluster();
        var (leader, browser) = await OpenAsync(own);
        using var _ = browser;
        await browser.SeesAsync(Banner, $"{leader.Name} leads");
        leader.KillAll();
        await browser.SeesAsync(Banner, "waits for approval");
        var candidate = browser.Text(".request h3").Split(' ')[1];

        browser.TabTo($"Approve {candidate}…");
        browser.Press(Keys.Enter);
        await browser.SeesAsync("dialog", "becomes the leader");
        browser.TabTo("your-name");
        browser.Press(Keys.Escape);
        await browser.SeesAsync("body", "Your approval is asked");
        Assert.Equal("", browser.Text("dialog"));

        browser.TabTo($"Approve {candidate}…");
        browser.Press(Keys.Enter);
        await browser.SeesAsync("dialog", "becomes the leader");
        browser.TabTo("your-name");
        browser.Press("Ben");
        browser.TabTo($"Approve {candidate}");
        browser.Press(Keys.Enter);

        await browser.SeesAsync(Banner, $"{candidate} leads in place of {leader.Name}, as Ben (unproven) approved.");
    }

    [Fact]
    public async Task The_page_goes_on_by_another_agent_when_its_own_is_gone_and_says_that_it_cannot_change_anything_there()
    {
        var (leader, browser) = await OpenAsync(watched);
        using var _ = browser;
        await browser.SeesAsync(Banner, $"{leader.Name} leads");

        Other(watched, leader).KillAll();

        await browser.SeesAsync("main", "This page’s agent does not answer");
        await browser.SeesAsync(Banner, "is lost");
        Assert.True(browser.IsTheSamePage);
        await watched.WholeAsync();
        await browser.SeesAsync("header", $"live from {Other(watched, leader).Name}");
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task It_can_be_read_by_everybody_and_fits_a_phone(string scheme)
    {
        var (leader, browser) = await OpenAsync(watched);
        using var _ = browser;
        browser.Prefer(scheme);
        await browser.SeesAsync(Banner, $"{leader.Name} leads");

        await SeesWritesAsync(browser);
        Assert.Empty(browser.AccessibilityObjections());
        browser.Click("Pause…");
        await browser.SeesAsync("dialog", "Nothing is promoted");
        Assert.Empty(browser.AccessibilityObjections());
        browser.Press(Keys.Escape);
        browser.Resize(360, 800);
        Assert.Equal(360, browser.ContentWidth);
    }

    private static async Task SeesWritesAsync(Browser browser)
    {
        const string Writes = "section[aria-labelledby=writes]";
        await browser.SeesAsync(Writes, "error budget left");
        foreach (var name in (string[])["node1", "node2", "node3"])
        {
            await browser.SeesAsync(Writes, name);
        }

        await browser.SeesAsync($"{Writes} figcaption", " ms");
        browser.TabTo("As a table");
        browser.Press(Keys.Enter);
        await browser.SeesAsync($"{Writes} table", "Budget left");
    }

    private static async Task AnswerAsync(Browser browser, string lost)
    {
        var alert = $"StandbyNotConnected on {lost}";
        browser.TabTo($"Acknowledge {alert}");
        browser.Press(Keys.Enter);
        await browser.SeesAsync("dialog", "You take it in hand");
        Assert.Empty(browser.AccessibilityObjections());
        browser.Fill("your-name", "Olga");
        browser.Fill("comment", "on my way");
        browser.Click("Acknowledge");
        await browser.SeesAsync(".alert.critical", "Olga (unproven) has it in hand: on my way");
        Assert.Contains("is acknowledged by Olga", browser.Focused, StringComparison.Ordinal);

        browser.TabTo($"Silence {alert}");
        browser.Press(Keys.Enter);
        browser.Choose("what", $"everything about {lost}");
        browser.Choose("for-how-long", "4 hours");
        browser.Fill("comment", "a new disk");
        Pictures.Take(browser, "dashboard-silence", "light");
        Assert.Empty(browser.AccessibilityObjections());
        browser.Click("Silence");
        await browser.SeesAsync(".silence", $"everything about {lost}");
        await browser.SeesAsync(".silence", "by Olga (unproven): a new disk");
        await browser.SeesAsync(".alert.critical", "silenced, so nobody is told");
        Assert.Empty(browser.AccessibilityObjections());
        Pictures.TakeOf(browser, "dashboard-silenced", "section[aria-labelledby=alerts]");

        browser.Click("End…");
        await browser.SeesAsync("dialog", "told at once");
        browser.Click("End the silence");
        await browser.SeesAsync(".said", "has ended");
        await browser.SeesAsync($"[aria-label='Silence {alert}']", "Silence…");
        Assert.Equal(0, browser.Count(".silence"));
        Assert.True(browser.IsTheSamePage);
    }

    private static LoopbackMember Other(WatchedCluster watched, LoopbackMember leader) => watched.Cluster.Members.Last(member => member != leader);

    private static async Task<(LoopbackMember Leader, Browser Browser)> OpenAsync(WatchedCluster watched)
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        var leader = await watched.WholeAsync();
        return (leader, Browser.Open(new Uri(Other(watched, leader).Plan.RestUrl + "/dashboard/")));
    }
}
