using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Databases;
using Holdfast.Demo.Faults;

namespace Holdfast.Bench.MySql;

/// <summary>One fresh group: its start, and each fault once.</summary>
internal sealed class MySqlRound(Figures figures, Action<string> say, TimeProvider time)
{
    private const int Members = 3;
    private const int Writers = 4;
    private const int WritesBefore = 200;
    // A group that a member has just joined lets go of a dead one more slowly: that is measured apart.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public async Task RunAsync(IReadOnlyList<string> program, CancellationToken stopping)
    {
        await using var cluster = LoopbackCluster.Create("bench", null, Members, new HoldfastSoftware(program, null), time, Database.MySql);
        try
        {
            await MeasureAsync(cluster, stopping);
        }
        catch (DemoException exception)
        {
            cluster.KeepFiles();
            throw new DemoException($"{exception.Message}; the logs are kept in {cluster.Plan.Directory}");
        }

        await cluster.StopAsync(stopping);
    }

    private async Task MeasureAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        cluster.Start();
        await WaitAsync(cluster, stopping);
        figures.Add("startup_s", "s", time.GetElapsedTime(began).TotalSeconds);
        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(cluster.Plan), Writers, time, stopping);
        await BreakAsync("kill_after_join", cluster, canary, primary => primary.KillPostmaster(), stopping);
        await BreakAsync("kill", cluster, canary, primary => primary.KillPostmaster(), stopping, "rejoin_s");
        await BreakAsync("freeze", cluster, canary, primary => primary.FreezeServer(), stopping);
        await BreakAsync("hostloss", cluster, canary, primary => primary.KillAll(), stopping);
        await SwitchOverAsync(cluster, canary, stopping);
        await BreakAsync("majority", cluster, canary, primary => KillServers([primary, cluster.Members.First(member => member != primary)]), stopping);
        await BreakAsync("outage", cluster, canary, _ => KillServers(cluster.Members), stopping);
    }

    private async Task BreakAsync(
        string name, LoopbackCluster cluster, CanaryClient canary, Action<LoopbackMember> fault, CancellationToken stopping, string? whole = null)
    {
        await WaitAsync(cluster, stopping);
        if (name != "kill_after_join")
        {
            await Task.Delay(Settling, time, stopping);
        }

        await WriteAsync(canary, stopping);
        var primary = await cluster.LeaderAsync(stopping);
        var (from, began) = (canary.Now, time.GetTimestamp());
        fault(primary);
        if (!await canary.WaitForServiceSinceAsync(from, Limit, stopping) || CanaryFigures.LongestGap(canary.Acknowledgements(), from, canary.Now) is not { } gap)
        {
            throw new DemoException($"after {name} the writes did not come back");
        }

        if (primary.Agent is null)
        {
            primary.Start();
        }

        await WaitAsync(cluster, stopping);
        figures.Add(name == "outage" ? "outage_s" : $"{name}_gap_s", "s", gap.TotalSeconds);
        figures.Add(whole ?? $"{name}_rejoin_s", "s", time.GetElapsedTime(began).TotalSeconds);
        await CountAsync(name, gap, canary, stopping);
    }

    private async Task SwitchOverAsync(LoopbackCluster cluster, CanaryClient canary, CancellationToken stopping)
    {
        await WaitAsync(cluster, stopping);
        var limits = new FaultLimits { Service = Limit, Redundancy = Limit };
        var result = await new FaultDrill(cluster, canary, limits, _ => { }, time).RunAsync(Fault.Switchover, stopping);
        var gap = result.Gap ?? throw new DemoException("after the switchover the writes did not come back");
        figures.Add("switchover_gap_s", "s", gap.TotalSeconds);
        await CountAsync("switchover", gap, canary, stopping);
    }

    private async Task CountAsync(string name, TimeSpan gap, CanaryClient canary, CancellationToken stopping)
    {
        var lost = (await canary.FindLostAsync(stopping)).Count;
        figures.Add("rows_lost", "rows", lost);
        figures.Add("second_writes", "rows", CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        say(string.Create(CultureInfo.InvariantCulture, $"  {name}: gap {gap.TotalSeconds:0.00} s, {lost} of {canary.AcknowledgedCount} lost"));
    }

    private static void KillServers(IEnumerable<LoopbackMember> members)
    {
        foreach (var member in members)
        {
            member.KillPostmaster();
        }
    }

    private static async Task WriteAsync(CanaryClient canary, CancellationToken stopping)
    {
        if (!await canary.WaitForWritesAsync(WritesBefore, Limit, stopping))
        {
            throw new DemoException("the clients cannot write although the cluster looks healthy");
        }
    }

    private static async Task WaitAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        if (!await cluster.WaitForRedundancyAsync(Limit, null, stopping))
        {
            throw new DemoException($"three members did not serve within {Limit.TotalSeconds} s");
        }
    }
}
