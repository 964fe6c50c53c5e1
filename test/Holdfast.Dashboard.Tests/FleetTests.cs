using System.Globalization;
using Holdfast.Browsing;
using Holdfast.Chaos;
using Holdfast.Demo.Cluster;
using Holdfast.StoreServers;
using OpenQA.Selenium;

namespace Holdfast.Dashboard.Tests;

/// <summary>Many clusters in one etcd, looked at through the agent of one that is real.</summary>
public sealed class FleetTests(ITestOutputHelper output)
{
    private const int Count = 500;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_five_hundred_clusters_the_worst_come_first_and_each_is_found_by_its_name()
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
        Assert.SkipUnless(EtcdBinaries.Default.AreThere, $"there is no {EtcdBinaries.Default.Server}: install the package etcd-server");
        await using var etcd = await EtcdCluster.StartAsync(1, TimeProvider.System, Stop);
        await ManyClusters.WriteAsync(etcd, Count, Stop);
        await using var cluster = LoopbackCluster.Create("orders", null, 2, new HoldfastSoftware([HoldfastProgram.Find(null)[0]], etcd.Section), TimeProvider.System);
        cluster.Start();
        Assert.True(await cluster.WaitForRedundancyAsync(Limit, null, Stop));
        var root = (await cluster.LeaderAsync(Stop)).Plan.RestUrl;

        using var browser = Browser.Open(new Uri(root + "/dashboard/#/clusters"));
        await browser.SeesAsync(".counts", "✕ 10 in trouble");
        var paint = await browser.FirstContentfulPaintAsync(Stop);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first paint of {Count} clusters: {paint.TotalMilliseconds:0} ms; largest: {browser.LargestContentfulPaint.TotalMilliseconds:0} ms"));
        await browser.SeesAsync(".counts", "▲ 10 need attention");
        Assert.StartsWith("shop-050", browser.Text("tbody tr"), StringComparison.Ordinal);
        Assert.Contains("node1 is lost and nobody leads: node2 waits for approval.", browser.Text("tbody tr"), StringComparison.Ordinal);
        Pictures.Take(browser, "dashboard-fleet", "light");
        Pictures.Take(browser, "dashboard-fleet", "dark");
        Pictures.TakeOnPhone(browser, "dashboard-fleet-phone");
        Assert.Empty(browser.AccessibilityObjections());
        browser.Prefer("dark");
        Assert.Empty(browser.AccessibilityObjections());

        browser.Press("/");
        Assert.Equal("search", browser.Focused);
        foreach (var typed in (string[])["s", "sh", "shop-4", "shop-42", "shop-427", "orders", "mysql", "", "approval"])
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"'{typed}' painted in {browser.Type("search", typed).TotalMilliseconds:0} ms"));
        }

        await browser.SeesAsync(".tools", $"10 of {Count + 1}");
        browser.Type("search", "shop-427");
        await browser.SeesAsync(".tools", $"1 of {Count + 1}");
        browser.Press(Keys.ArrowDown);
        Assert.Equal("shop-427", browser.Focused);
        browser.Type("search", "orders");
        browser.Press("/");
        browser.Press(Keys.ArrowDown);
        browser.Press(Keys.Enter);
        await browser.SeesAsync(".banner", "leads");
        await browser.SeesAsync("section[aria-labelledby=writes]", "Not measured: no member’s configuration has a section probe.");
        browser.Click("How to turn it on");
        await browser.SeesAsync("dialog", "read_write: 10.0.0.1:5000");
        Assert.Empty(browser.AccessibilityObjections());
        browser.Press(Keys.Escape);
        Assert.True(browser.IsTheSamePage);
        browser.Resize(360, 800);
        await browser.SeesAsync("nav", "All clusters");
        Assert.Equal(360, browser.ContentWidth);
        await cluster.StopAsync(Stop);
    }
}
