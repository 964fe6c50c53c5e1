using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.StoreServers;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;

namespace Holdfast.Bench.Failover;

/// <summary>Runs the rounds of everything that is compared, one after the other, and writes the table.</summary>
internal sealed class FailoverBench(FailoverRequest request, TimeProvider time)
{
    private const string OfHoldfast = "";
    private const string FailedRounds = "failed";
    private static readonly Fault[] EveryFault = [Fault.Crash, Fault.HostLoss, Fault.Freeze, Fault.Switchover];
    private readonly Figures figures = new();

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        for (var round = 1; round <= request.Rounds; round++)
        {
            if (request.Program is { } program)
            {
                await RoundAsync(OfHoldfast, round, new HoldfastSoftware(program, null), EveryFault, stopping);
            }

            // Beside each other in time: whatever else the machine does then disturbs both.
            if (request.WithPatroni)
            {
                await PatroniRoundAsync(PatroniTiming.Fastest, round, EveryFault, stopping);
            }
        }

        if (request.WithPatroni)
        {
            await PatroniRoundAsync(PatroniTiming.Usual, 1, [Fault.Crash, Fault.HostLoss, Fault.Switchover], stopping);
        }

        await SimulationSpeed.MeasureAsync(figures, stopping);
        await WriteAsync(stopping);
        return figures.All.Any(figure => figure.Name is "rows_lost" or "second_writes" or FailedRounds && figure.Max > 0) ? 1 : 0;
    }

    private async Task PatroniRoundAsync(PatroniTiming timing, int round, Fault[] faults, CancellationToken stopping)
    {
        await using var etcd = await EtcdCluster.StartAsync(1, time, stopping);
        await RoundAsync($"{timing.Name}_", round, new PatroniSoftware(timing, etcd.Ports[0]), faults, stopping);
    }

    /// <summary>A round that failed is a figure too, and no reason to forget the others.</summary>
    private async Task RoundAsync(string prefix, int round, IMemberSoftware software, Fault[] faults, CancellationToken stopping)
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"{(prefix.Length == 0 ? "holdfast" : prefix.TrimEnd('_'))}, round {round} of {request.Rounds}"));
        try
        {
            await new FailoverRound(prefix, figures, request.Freeze, Say, time).RunAsync(software, faults, stopping);
            figures.Add($"{prefix}{FailedRounds}", "rounds", 0);
        }
        catch (DemoException exception)
        {
            Say($"  FAILED: {exception.Message}");
            figures.Add($"{prefix}{FailedRounds}", "rounds", 1);
        }
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        var facts = new List<string>
        {
            $"command: `{request.CommandLine}`",
            string.Create(CultureInfo.InvariantCulture, $"date: {time.GetUtcNow():yyyy-MM-dd}"),
            $"machine: {await Machine.DescribeAsync(stopping)}",
            "cluster: 3 members on 127.0.0.1, synchronous mode on, 4 writers with a row every 5 ms each; every round a fresh cluster",
            "a gap is the longest time between two acknowledged writes as the clients saw it; memory and CPU are per node, idle, with 20 s of watching, a minute after the start; `agent_cpu_after_start_pct` is of the first 20 s",
        };
        if (request.WithPatroni)
        {
            facts.Add($"`patroni_*`: {await Machine.FirstLineAsync(PatroniInstallation.Patroni, stopping)} with one "
                + $"{await Machine.FirstLineAsync(PatroniInstallation.Etcd, stopping)} that no fault touches; `fast` is ttl 20, loop_wait 1, retry_timeout 3, "
                + "`default` is 30, 10, 10; its agent is measured without etcd");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Output)) ?? ".");
        await File.WriteAllTextAsync(request.Output, ResultFile.Markdown("Failover", facts, figures.All), stopping);
        Say($"The table is in {request.Output}.");
        if (request.IsJson)
        {
            await Console.Out.WriteLineAsync(ResultFile.Json("failover", figures.All));
        }
    }

    private static void Say(string sentence) => Console.Error.WriteLine(sentence);
}
