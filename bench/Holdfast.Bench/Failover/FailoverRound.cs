using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;

namespace Holdfast.Bench.Failover;

/// <summary>One fresh cluster: its start, its idling, and each fault once.</summary>
internal sealed class FailoverRound(string prefix, Figures figures, TimeSpan freeze, Action<string> say, TimeProvider time)
{
    private const int Members = 3;
    private const int Writers = 4;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    public async Task RunAsync(IMemberSoftware software, IReadOnlyList<Fault> faults, CancellationToken stopping)
    {
        await using var cluster = LoopbackCluster.Create("bench", null, Members, software, time);
        try
        {
            await MeasureAsync(cluster, faults, stopping);
        }
        catch (DemoException exception)
        {
            cluster.KeepFiles();
            throw new DemoException($"{exception.Message}; the logs are kept in {cluster.Plan.Directory}");
        }

        await cluster.StopAsync(stopping);
    }

    private async Task MeasureAsync(LoopbackCluster cluster, IReadOnlyList<Fault> faults, CancellationToken stopping)
    {
        await StartAsync(cluster, stopping);
        await IdleAsync(cluster, stopping);
        await using var canary = await CanaryClient.StartAsync(
            [.. cluster.Plan.Members.Select(member => CanaryHost.Of(cluster.Plan, member))], Writers, time, stopping);
        var limits = new FaultLimits { Freeze = freeze, Service = TimeSpan.FromMinutes(3), Redundancy = TimeSpan.FromMinutes(5) };
        var drill = new FaultDrill(cluster, canary, limits, sentence => say($"  {sentence}"), time);
        foreach (var fault in faults)
        {
            Record(await drill.RunAsync(fault, stopping));
        }
    }

    private async Task StartAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        cluster.Start();
        if (!await cluster.WaitForRedundancyAsync(StartLimit, null, stopping))
        {
            throw new DemoException($"the cluster was not complete within {StartLimit.TotalSeconds} s");
        }

        Add("startup_s", "s", time.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>What a start leaves behind is no idling: it is told apart.</summary>
    private async Task IdleAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        foreach (var node in await ResourceUse.MeasureAsync(cluster, time, stopping))
        {
            Add("agent_cpu_after_start_pct", "%", node.AgentCpuPercent);
        }

        await Task.Delay(Rest, time, stopping);
        foreach (var node in await ResourceUse.MeasureAsync(cluster, time, stopping))
        {
            Add("agent_pss_mb", "MB", node.AgentMegabytes);
            Add("agent_cpu_pct", "%", node.AgentCpuPercent);
            if (node.GuardMegabytes > 0)
            {
                Add("guard_pss_mb", "MB", node.GuardMegabytes);
                Add("guard_cpu_pct", "%", node.GuardCpuPercent);
                Add("agent_and_guard_pss_mb", "MB", node.AgentMegabytes + node.GuardMegabytes);
                Add("agent_and_guard_cpu_pct", "%", node.AgentCpuPercent + node.GuardCpuPercent);
            }
        }
    }

    private void Record(FaultResult result)
    {
        if (result is not { Gap: { } gap, Redundancy: { } redundancy, Lost: { } lost })
        {
            throw new DemoException($"after {result.Fault.Name()} the {(result.Gap is null ? "writes" : "redundancy")} did not come back");
        }

        Add($"{result.Fault.Name()}_gap_s", "s", gap.TotalSeconds);
        Add(result.Fault == Fault.Crash ? "redundancy_s" : $"{result.Fault.Name()}_redundancy_s", "s", redundancy.TotalSeconds);
        if (result.Stale is { } stale)
        {
            Add("stale_s", "s", stale.TotalSeconds);
        }

        Add("rows_lost", "rows", lost);
        Add("second_writes", "rows", result.SecondWriter);
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"  {result.Fault.Name()}: gap {gap.TotalSeconds:0.00} s, redundant after {redundancy.TotalSeconds:0.0} s, {result.Acknowledged} acknowledged, {lost} lost"));
    }

    private void Add(string name, string unit, double sample) => figures.Add(prefix + name, unit, sample);
}
