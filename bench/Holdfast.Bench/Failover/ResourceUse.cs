using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.Bench.Failover;

/// <summary>What the processes beside one database cost while nothing happens.</summary>
/// <param name="AgentMegabytes">Proportional memory of the agent.</param>
/// <param name="AgentCpuPercent">Of one core.</param>
/// <param name="GuardMegabytes">Proportional memory of the guard; zero without one.</param>
/// <param name="GuardCpuPercent">Of one core.</param>
internal sealed record ResourceUse(double AgentMegabytes, double AgentCpuPercent, double GuardMegabytes, double GuardCpuPercent)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    /// <summary>Watches every member for twenty seconds.</summary>
    public static async Task<IReadOnlyList<ResourceUse>> MeasureAsync(LoopbackCluster cluster, TimeProvider time, CancellationToken cancellationToken)
    {
        var nodes = cluster.Members.Select(Beside).ToList();
        var before = nodes.Select(node => (Agent: Ticks(node.Agent), Guard: Ticks(node.Guard))).ToList();
        var began = time.GetTimestamp();
        await Task.Delay(Idle, time, cancellationToken);
        var seconds = time.GetElapsedTime(began).TotalSeconds;
        return
        [
            .. nodes.Select((node, index) => new ResourceUse(
                Megabytes(node.Agent),
                Percent(Ticks(node.Agent) - before[index].Agent, seconds),
                Megabytes(node.Guard),
                Percent(Ticks(node.Guard) - before[index].Guard, seconds))),
        ];
    }

    private static (IReadOnlyList<int> Agent, IReadOnlyList<int> Guard) Beside(LoopbackMember member)
    {
        var guard = member.Guard?.Pid;
        var others = member.Processes().Where(process => process.Pid != guard && !member.IsDatabase(process)).Select(process => process.Pid);
        return ([.. others], guard is { } pid ? [pid] : []);
    }

    private static long Ticks(IReadOnlyList<int> processes) => processes.Sum(pid => ProcessTable.Find(pid)?.CpuTicks ?? 0);

    private static double Megabytes(IReadOnlyList<int> processes) => processes.Sum(ProcessTable.ProportionalBytes) / 1_000_000.0;

    private static double Percent(long ticks, double seconds) => 100.0 * ticks / ProcessTable.TicksPerSecond / seconds;
}
