using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Hands the primary over, again and again, while pgbench's sessions write through session mode.</summary>
internal sealed class SwitchoverPart(Workbench bench)
{
    private const int Switchovers = 3;
    private const int Scale = 10;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(4);

    public Task RunAsync(CancellationToken stopping) =>
        EtcdBackedCluster.WithAsync(bench, live => MeasureAsync(live, stopping), stopping);

    private async Task MeasureAsync(EtcdBackedCluster live, CancellationToken stopping)
    {
        var (cluster, etcd) = live;
        var password = cluster.Plan.SuperuserPassword;
        var primary = await cluster.LeaderAsync(stopping);
        await new PgPrograms(primary.Plan.DatabasePort, password, bench.Time).FillAsync(Scale, stopping);
        await using var router = await bench.StartAsync(
            new HoldfastRouter("session", bench.Program, etcd.Section, 2, [RoutedCluster.Of(cluster.Plan.Scope) with { SessionPassword = password }]),
            stopping);
        var logs = Directory.CreateTempSubdirectory("holdfast-latency-").FullName;
        try
        {
            await WithSessionsAsync(live, new PgPrograms(router.Port, password, bench.Time), logs, stopping);
        }
        finally
        {
            Directory.Delete(logs, recursive: true);
        }
    }

    private async Task WithSessionsAsync(EtcdBackedCluster live, PgPrograms programs, string logs, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = programs.BenchAsync(
            ["-b", "simple-update", "-c", "16", "-j", "2", "-T", "60", "-l", "--log-prefix", Path.Combine(logs, "latency")], ending.Token);
        try
        {
            for (var number = 1; number <= Switchovers; number++)
            {
                await Task.Delay(Between, bench.Time, stopping);
                await SwitchOverAsync(live, number, running, stopping);
            }
        }
        catch
        {
            await ending.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        Record(await running, Latencies.Longest(logs));
    }

    private async Task SwitchOverAsync(EtcdBackedCluster live, int number, Task<PgbenchRun> running, CancellationToken stopping)
    {
        var (from, to) = await live.SwitchOverAsync(stopping);
        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  Switchover {number} of {Switchovers}: {from} hands over to {to}."));

        // One that nobody wrote through proves nothing; clients that gave up all are a result.
        if (running.IsCompleted && (await running).Errors == 0)
        {
            throw new DemoException("pgbench ended before the switchovers did");
        }
    }

    private void Record(PgbenchRun run, TimeSpan longest)
    {
        bench.Figures.Add("switchover_errors", "errors", run.Errors);

        // Clients that gave up did not wait to the end.
        if (run.Errors == 0)
        {
            bench.Figures.Add("switchover_pause_s", "s", longest.TotalSeconds);
            bench.Figures.Add("switchover_tps", "1/s", run.PerSecond);
        }

        bench.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  session: {run.Errors} errors in {run.Transactions} transactions, the longest took {longest.TotalSeconds:0.00} s {run.Complaint}"));
    }
}
