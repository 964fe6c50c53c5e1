using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;

namespace Holdfast.Bench.Router.Parts;

/// <summary>What a relay's connections take while they say nothing, and whether it keeps them.</summary>
internal sealed class IdlePart(Workbench bench, StaticCluster cluster)
{
    private const string Scope = "sink";
    private const int Few = 1_000;
    private const int ManyWished = 10_000;
    private const double BytesPerKilobyte = 1_000;
    private const double BytesPerMegabyte = 1_000_000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);

    /// <summary>As many as the limit on open files allows.</summary>
    public static int Many => Math.Min(ManyWished, OpenFiles.ConnectionsMax);

    private static int Most => Many + 50;

    public async Task RunAsync(CancellationToken stopping)
    {
        await using var sink = await Sink.StartAsync(bench.Time, stopping);
        await cluster.PublishAsync(Scope, [new("sink", sink.Port, "primary")], stopping);
        await MeasureAsync(
            "", new HoldfastRouter("tcp", bench.Program, cluster.Etcd.Section, 2, [RoutedCluster.Of(Scope)]) { Connections = Most }, stopping);
        await MeasureAsync("haproxy_", new HaProxy("haproxy", 2, [new("sink", sink.Port, null)]) { Connections = Most }, stopping);
        await new IdleSessions(bench, cluster).RunAsync(Few, stopping);
    }

    private async Task MeasureAsync(string prefix, IProxySoftware software, CancellationToken stopping)
    {
        await using var proxy = await bench.StartAsync(software, stopping);
        using var connections = new IdleConnections(proxy.Port, bench.Time);
        await GrowAsync(proxy, connections, 1, stopping);
        var empty = proxy.MemoryBytes;
        await GrowAsync(proxy, connections, Few + 1, stopping);
        var few = proxy.MemoryBytes;
        bench.Figures.Add($"{prefix}idle_kb", "kB", (few - empty) / BytesPerKilobyte / Few);
        bench.Figures.Add($"{prefix}idle_mb", "MB", few / BytesPerMegabyte);

        await GrowAsync(proxy, connections, Many, stopping);
        bench.Figures.Add(Name(prefix, "kb"), "kB", (proxy.MemoryBytes - empty) / BytesPerKilobyte / Many);
        await Task.Delay(Hold, bench.Time, stopping);
        var held = await connections.CountAsync(stopping);
        bench.Figures.Add(Name(prefix, "held"), "connections", held);
        bench.Figures.Add($"{prefix}idle_lost", "connections", Many - held);
        bench.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  {proxy.Name}: {(few - empty) / BytesPerKilobyte / Few:0.00} kB a connection, {few / BytesPerMegabyte:0.0} MB at {Few}, {held} of {Many} held"));
    }

    private async Task GrowAsync(ProxyProcess proxy, IdleConnections connections, int count, CancellationToken stopping)
    {
        var open = await connections.GrowAsync(count, stopping);
        if (open < count)
        {
            throw new DemoException(string.Create(CultureInfo.InvariantCulture, $"{proxy.Name} carried {open} of {count} connections"));
        }

        await Task.Delay(Settling, bench.Time, stopping);
    }

    private static string Name(string prefix, string what) => string.Create(CultureInfo.InvariantCulture, $"{prefix}idle_{Many}_{what}");
}
