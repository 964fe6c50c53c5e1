using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;

namespace Holdfast.Bench.Router.Parts;

/// <summary>
/// A member whose port refuses although nobody has noticed yet: how long until a client is served by another member, or learns
/// that there is none.
/// </summary>
internal sealed class RefusedPart(Workbench bench, StaticCluster cluster)
{
    private const string Moving = "moving";
    private const string Telling = "telling";
    private const int Attempts = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken stopping)
    {
        await using var sink = await Sink.StartAsync(bench.Time, stopping);
        var refusing = FreePorts.Take(1)[0];
        await cluster.PublishAsync(
            Moving, [new("primary", sink.Port, "primary"), new("refusing", refusing, "replica"), new("serving", sink.Port, "replica")], stopping);
        await cluster.PublishAsync(Telling, [new("refusing", refusing, "primary")], stopping);

        var (moving, telling) = (RoutedCluster.Of(Moving), RoutedCluster.Of(Telling));
        await using var router = await bench.StartAsync(new HoldfastRouter("tcp", bench.Program, cluster.Etcd.Section, 2, [moving, telling]), stopping);
        await WaitForServiceAsync(moving.ReadWrite, stopping);
        var moved = await LongestAsync(moving.ReadOnly, isServed: true, stopping);
        var told = await LongestAsync(telling.ReadWrite, isServed: false, stopping);
        Add("refused_moved_ms", moved);
        Add("refused_told_ms", told);
        Add("refused_ms", moved > told ? moved : told);
        Add("haproxy_refused_moved_ms", await BehindHaProxyAsync([new("refusing", refusing, null), new("serving", sink.Port, null)], stopping));
        Add("haproxy_refused_told_ms", await BehindHaProxyAsync([new("refusing", refusing, null)], stopping));
    }

    private void Add(string name, TimeSpan longest)
    {
        bench.Figures.Add(name, "ms", longest.TotalMilliseconds);
        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {name}: {longest.TotalMilliseconds:0.0}"));
    }

    // With these settings HAProxy asks the same server again, so that some clients are told and others served.
    private async Task<TimeSpan> BehindHaProxyAsync(IReadOnlyList<HaProxyServer> servers, CancellationToken stopping)
    {
        await using var proxy = await bench.StartAsync(new HaProxy("haproxy", 2, servers), stopping);
        return await LongestAsync(proxy.Port, isServed: null, stopping);
    }

    private async Task<TimeSpan> LongestAsync(int port, bool? isServed, CancellationToken stopping)
    {
        var longest = TimeSpan.Zero;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var began = bench.Time.GetTimestamp();
            using var connections = new IdleConnections(port, bench.Time) { Limit = Limit };
            var carried = await connections.GrowAsync(1, stopping) == 1;
            var took = bench.Time.GetElapsedTime(began);
            if (isServed is { } expected && carried != expected)
            {
                throw new DemoException(string.Create(
                    CultureInfo.InvariantCulture, $"a client of the refusing member was {(carried ? "served" : "told so")} after {took.TotalSeconds:0.0} s"));
            }

            longest = took > longest ? took : longest;
            await Task.Delay(Spacing, bench.Time, stopping);
        }

        return longest;
    }

    private async Task WaitForServiceAsync(int port, CancellationToken stopping)
    {
        using var connections = new IdleConnections(port, bench.Time);
        if (await connections.GrowAsync(1, stopping) == 0)
        {
            throw new DemoException("the router did not reach the member that serves");
        }
    }
}
