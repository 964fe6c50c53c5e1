using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Stores;

/// <summary>A fault, and what the store loses with it.</summary>
/// <param name="Fault">What is done to the primary.</param>
/// <param name="Name">Of the figure.</param>
internal sealed record PlannedFault(Fault Fault, string Name)
{
    /// <summary>Called with the number of the member whose host is lost.</summary>
    public Action<int> AlsoLose { get; init; } = static _ => { };

    public Func<CancellationToken, Task> Mend { get; init; } = static _ => Task.CompletedTask;
}

/// <summary>One fresh cluster on an external store: what it writes there, and each fault once.</summary>
internal sealed class StoreRound(string prefix, Figures figures, Action<string> say, TimeProvider time)
{
    private const int Members = 3;
    private const int Writers = 4;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(300);
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public async Task RunAsync(IMemberSoftware software, IReadOnlyList<PlannedFault> faults, EtcdCluster? counted, CancellationToken stopping)
    {
        await using var cluster = await StartAsync(software, time, stopping);
        try
        {
            await MeasureAsync(cluster, faults, counted, stopping);
        }
        catch (DemoException exception)
        {
            cluster.KeepFiles();
            throw new DemoException($"{exception.Message}; the logs are kept in {cluster.Plan.Directory}");
        }

        await cluster.StopAsync(stopping);
    }

    public static async Task<LoopbackCluster> StartAsync(IMemberSoftware software, TimeProvider time, CancellationToken stopping)
    {
        var cluster = LoopbackCluster.Create("bench", null, Members, software, time);
        cluster.Start();
        if (await cluster.WaitForRedundancyAsync(StartLimit, null, stopping))
        {
            return cluster;
        }

        cluster.KeepFiles();
        await cluster.DisposeAsync();
        throw new DemoException($"the cluster was not complete within {StartLimit.TotalSeconds} s; the logs are kept in {cluster.Plan.Directory}");
    }

    public static Task<CanaryClient> StartCanaryAsync(LoopbackCluster cluster, TimeProvider time, CancellationToken stopping) =>
        CanaryClient.StartAsync([.. cluster.Plan.Members.Select(member => CanaryHost.Of(cluster.Plan, member))], Writers, time, stopping);

    private async Task MeasureAsync(LoopbackCluster cluster, IReadOnlyList<PlannedFault> faults, EtcdCluster? counted, CancellationToken stopping)
    {
        await CountCostAsync("idle", counted, stopping);
        await using var canary = await StartCanaryAsync(cluster, time, stopping);
        await CountCostAsync("busy", counted, stopping);
        foreach (var fault in faults)
        {
            var limits = new FaultLimits { Service = TimeSpan.FromMinutes(3), Redundancy = TimeSpan.FromMinutes(5) };
            var drill = new FaultDrill(cluster, canary, limits, sentence => say($"  {sentence}"), time)
            {
                LoseWithHost = member => fault.AlsoLose(cluster.Members.ToList().IndexOf(member)),
            };
            var result = await drill.RunAsync(fault.Fault, stopping);
            await fault.Mend(stopping);
            Record(fault, result);
        }
    }

    private async Task CountCostAsync(string state, EtcdCluster? counted, CancellationToken stopping)
    {
        if (counted is not null)
        {
            var before = (Revision: await counted.RevisionAsync(stopping), Processor: counted.ProcessorTime);
            await Task.Delay(Minute, time, stopping);
            figures.Add($"{state}_writes_per_minute", "writes", await counted.RevisionAsync(stopping) - before.Revision);
            figures.Add($"etcd_{state}_cpu_ms_per_minute", "ms", (counted.ProcessorTime - before.Processor).TotalMilliseconds);
        }
    }

    private void Record(PlannedFault fault, FaultResult result)
    {
        if (result is not { Gap: { } gap, Redundancy: { } redundancy, Lost: { } lost })
        {
            throw new DemoException($"after {fault.Name} the {(result.Gap is null ? "writes" : "redundancy")} did not come back");
        }

        figures.Add($"{prefix}{fault.Name}_gap_s", "s", gap.TotalSeconds);
        figures.Add($"{prefix}{fault.Name}_redundancy_s", "s", redundancy.TotalSeconds);
        figures.Add("rows_lost", "rows", lost);
        figures.Add("second_writes", "rows", result.SecondWriter);
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"  {fault.Name}: gap {gap.TotalSeconds:0.00} s, redundant after {redundancy.TotalSeconds:0.0} s, {result.Acknowledged} acknowledged, {lost} lost"));
    }
}
