using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;
using Holdfast.StoreServers;
using Npgsql;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Kills the primary's PostgreSQL under clients that know all members, and under clients that know a proxy.</summary>
internal sealed class FailoverPart(Workbench bench)
{
    private const int Threads = 2;
    private const int WritersEach = 2;
    private const int WritesBefore = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(200);

    public Task RunAsync(CancellationToken stopping) =>
        EtcdBackedCluster.WithAsync(bench, live => MeasureAsync(live.Cluster, live.Etcd, stopping), stopping);

    private async Task MeasureAsync(LoopbackCluster cluster, EtcdCluster etcd, CancellationToken stopping)
    {
        await using var router = await bench.StartAsync(
            new HoldfastRouter("tcp", bench.Program, etcd.Section, Threads, [RoutedCluster.Of(cluster.Plan.Scope)]), stopping);
        await using var haproxy = await bench.StartAsync(new HaProxy("haproxy", Threads, Servers(cluster.Plan)), stopping);
        await using var direct = await CanaryClient.StartAsync(
            [.. cluster.Plan.Members.Select(member => CanaryHost.Of(cluster.Plan, member))], WritersEach, bench.Time, stopping);
        await using var routed = await StartBehindAsync(router, cluster, stopping);
        await using var proxied = await StartBehindAsync(haproxy, cluster, stopping);

        var (routedFrom, proxiedFrom) = (routed.Now, proxied.Now);
        var limits = new FaultLimits { Service = Limit, Redundancy = Limit };
        var result = await new FaultDrill(cluster, direct, limits, sentence => bench.Say($"  {sentence}"), bench.Time).RunAsync(Fault.Crash, stopping);
        var gap = result.Gap ?? throw new DemoException("the writes did not come back");
        Record("direct", gap, result.Lost ?? 0);
        bench.Figures.Add("second_writes", "rows", result.SecondWriter);
        var behindRouter = await RecordAsync(router.Name, routed, routedFrom, stopping);
        var behindHaProxy = await RecordAsync(haproxy.Name, proxied, proxiedFrom, stopping);
        bench.Figures.Add("failover_extra_s", "s", (behindRouter - gap).TotalSeconds);
        bench.Figures.Add("haproxy_failover_extra_s", "s", (behindHaProxy - gap).TotalSeconds);
    }

    private async Task<CanaryClient> StartBehindAsync(ProxyProcess proxy, LoopbackCluster cluster, CancellationToken stopping)
    {
        var database = $"behind_{proxy.Name}";
        var primary = await cluster.LeaderAsync(stopping);
        await using (var connections = CanaryHost.Of(cluster.Plan, primary.Plan).Connections())
        {
            await using var creation = connections.CreateCommand($"CREATE DATABASE {database}");
            await creation.ExecuteNonQueryAsync(stopping);
        }

        var host = new CanaryHost(proxy.Name, proxy.Port, cluster.Plan.SuperuserPassword) { Database = database };
        var canary = await StartAsync(host, stopping);
        if (await canary.WaitForWritesAsync(WritesBefore, Limit, stopping))
        {
            return canary;
        }

        await canary.DisposeAsync();
        throw new DemoException($"the clients behind {proxy.Name} cannot write although the cluster looks healthy");
    }

    /// <summary>A proxy that has not looked at every server yet may connect to one, and cut that again once it has.</summary>
    private async Task<CanaryClient> StartAsync(CanaryHost host, CancellationToken stopping)
    {
        var until = bench.Time.GetElapsedTime(0) + Limit;
        while (true)
        {
            try
            {
                return await CanaryClient.StartAsync([host], WritersEach, bench.Time, stopping);
            }
            catch (NpgsqlException) when (bench.Time.GetElapsedTime(0) < until)
            {
                await Task.Delay(TryAgainAfter, bench.Time, stopping);
            }
        }
    }

    private async Task<TimeSpan> RecordAsync(string name, CanaryClient canary, TimeSpan from, CancellationToken stopping)
    {
        if (!await canary.WaitForServiceSinceAsync(from, Limit, stopping)
            || CanaryFigures.LongestGap(canary.Acknowledgements(), from, canary.Now) is not { } gap)
        {
            throw new DemoException($"the writes behind {name} did not come back");
        }

        Record(name, gap, (await canary.FindLostAsync(stopping)).Count);
        return gap;
    }

    private void Record(string name, TimeSpan gap, int lost)
    {
        bench.Figures.Add($"{name}_failover_gap_s", "s", gap.TotalSeconds);
        bench.Figures.Add("rows_lost", "rows", lost);
        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {name}: gap {gap.TotalSeconds:0.00} s, {lost} lost"));
    }

    private static IReadOnlyList<HaProxyServer> Servers(ClusterPlan plan) =>
        [.. plan.Members.Select(member => new HaProxyServer(member.Name, member.DatabasePort, member.RestPort))];
}
