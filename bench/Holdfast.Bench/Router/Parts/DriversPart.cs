using System.Globalization;
using System.Text.Json;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;

namespace Holdfast.Bench.Router.Parts;

/// <summary>
/// Real drivers through session mode for minutes: libpq (pgbench), Npgsql, and node-postgres where it is installed. First the primary hands over
/// again and again, which none of them may notice; then it crashes again and again, and every acknowledged row must be there.
/// </summary>
internal sealed class DriversPart(Workbench bench, TimeSpan length)
{
    private const int Writers = 4;
    private const int Scale = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SwitchoverEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CrashEvery = TimeSpan.FromSeconds(30);
    private static readonly string Script = Path.GetFullPath(Path.Combine("bench", "Holdfast.Bench", "Router", "Drivers", "node-postgres.js"));

    public Task RunAsync(CancellationToken stopping) => EtcdBackedCluster.WithAsync(bench, live => MeasureAsync(live, stopping), stopping);

    private async Task MeasureAsync(EtcdBackedCluster live, CancellationToken stopping)
    {
        var (cluster, etcd) = live;
        var password = cluster.Plan.SuperuserPassword;
        await new PgPrograms((await cluster.LeaderAsync(stopping)).Plan.DatabasePort, password, bench.Time).FillAsync(Scale, stopping);
        await using var router = await bench.StartAsync(
            new HoldfastRouter("session", bench.Program, etcd.Section, 2, [RoutedCluster.Of(cluster.Plan.Scope) with { SessionPassword = password }]), stopping);
        await SwitchoversAsync(live, router, stopping);
        await CrashesAsync(cluster, router, stopping);
    }

    private async Task SwitchoversAsync(EtcdBackedCluster live, ProxyProcess router, CancellationToken stopping)
    {
        var password = live.Cluster.Plan.SuperuserPassword;
        var seconds = length.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var libpq = new PgPrograms(router.Port, password, bench.Time) { Limit = length + Limit }.BenchAsync(["-b", "simple-update", "-M", "prepared", "-c", "8", "-j", "2", "-T", seconds], stopping);
        var node = RunNodeAsync(router, password, seconds, stopping);
        await using var npgsql = await StartNpgsqlAsync(router, password, stopping);
        var began = bench.Time.GetTimestamp();
        var count = 0;
        while (bench.Time.GetElapsedTime(began) < length - SwitchoverEvery)
        {
            await Task.Delay(SwitchoverEvery, bench.Time, stopping);
            await live.SwitchOverAsync(stopping);
            count++;
        }

        var run = await libpq;
        Record("libpq", run.Errors, run.Transactions, run.Complaint);
        var acknowledgements = npgsql.Acknowledgements();
        Record("npgsql", acknowledgements.Select(row => (row.Writer, row.Connected)).Distinct().Count() - Writers, acknowledgements.Count, "");
        bench.Figures.Add("rows_lost", "rows", (await npgsql.FindLostAsync(stopping)).Count);
        await RecordNodeAsync(node, isErrorFree: true);
        bench.Figures.Add("drivers_switchovers", "switchovers", count);
    }

    private async Task CrashesAsync(LoopbackCluster cluster, ProxyProcess router, CancellationToken stopping)
    {
        var password = cluster.Plan.SuperuserPassword;
        var node = RunNodeAsync(router, password, length.TotalSeconds.ToString("0", CultureInfo.InvariantCulture), stopping);
        await using var npgsql = await StartNpgsqlAsync(router, password, stopping);
        var drill = new FaultDrill(cluster, npgsql, new FaultLimits { Service = Limit, Redundancy = Limit }, static _ => { }, bench.Time);
        var began = bench.Time.GetTimestamp();
        for (var count = 0; bench.Time.GetElapsedTime(began) < length - CrashEvery; count++)
        {
            await Task.Delay(CrashEvery, bench.Time, stopping);
            var result = await drill.RunAsync(Fault.Crash, stopping);
            bench.Figures.Add("drivers_crash_gap_s", "s", (result.Gap ?? throw new DemoException("the writes did not come back")).TotalSeconds);
            bench.Figures.Add("rows_lost", "rows", result.Lost ?? 1);
            bench.Figures.Add("second_writes", "rows", result.SecondWriter);
            bench.Say(string.Create(CultureInfo.InvariantCulture, $"  crash {count + 1}: gap {result.Gap.Value.TotalSeconds:0.00} s, {result.Lost} of {result.Acknowledged} lost"));
        }

        await RecordNodeAsync(node, isErrorFree: false);
    }

    private async Task<CanaryClient> StartNpgsqlAsync(ProxyProcess router, string password, CancellationToken stopping)
    {
        var canary = await CanaryClient.StartAsync([new CanaryHost(router.Name, router.Port, password)], Writers, bench.Time, stopping);
        return await canary.WaitForWritesAsync(Writers, Limit, stopping) ? canary : throw new DemoException("Npgsql's clients cannot write through the router");
    }

    /// <summary>Null where node or its driver is not installed.</summary>
    private async Task<ToolRun?> RunNodeAsync(ProxyProcess router, string password, string seconds, CancellationToken stopping)
    {
        var port = router.Port.ToString(CultureInfo.InvariantCulture);
        try
        {
            return await ToolRun.RunAsync(["node", Script, port, password, seconds], new Dictionary<string, string>(), length + Limit, bench.Time, stopping);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private async Task RecordNodeAsync(Task<ToolRun?> node, bool isErrorFree)
    {
        var run = await node;
        if (run is null || run.Error.Contains("Cannot find module", StringComparison.Ordinal))
        {
            bench.Say("  node-postgres: not installed here (npm install pg, and NODE_PATH), so not tried");
            return;
        }

        if (run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is not [.., var last])
        {
            throw new DemoException($"node-postgres ended early: {run.Error}");
        }

        using var figures = JsonDocument.Parse(last);
        long Of(string name) => figures.RootElement.GetProperty(name).GetInt64();
        bench.Figures.Add("rows_lost", "rows", Of("lost"));
        if (isErrorFree)
        {
            Record("node_postgres", Of("errors"), Of("transactions"), run.Error.Split('\n')[0]);
        }
    }

    private void Record(string driver, long errors, long transactions, string complaint)
    {
        bench.Figures.Add($"{driver}_switchover_errors", "errors", errors);
        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {driver}: {errors} errors in {transactions} transactions {complaint}"));
    }
}
