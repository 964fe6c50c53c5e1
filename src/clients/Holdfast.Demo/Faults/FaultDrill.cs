using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.Demo.Faults;

/// <summary>Breaks the primary of a healthy cluster under a writing canary, mends what no software can mend, and measures.</summary>
/// <param name="cluster">Healthy.</param>
/// <param name="canary">Writing.</param>
/// <param name="limits">How long is waited for what.</param>
/// <param name="say">Told one sentence before each step.</param>
/// <param name="time">The clock.</param>
public sealed class FaultDrill(LoopbackCluster cluster, CanaryClient canary, FaultLimits limits, Action<string> say, TimeProvider time)
{
    private const int StaleProbeWriterFirst = 1_000;
    private const int WritesBefore = 200;
    private static readonly TimeSpan WritesBeforeLimit = TimeSpan.FromSeconds(30);
    private int staleProbes;

    /// <summary>What else is lost with a host, such as its vote in a store of its own.</summary>
    public Action<LoopbackMember> LoseWithHost { get; init; } = static _ => { };

    public async Task<FaultResult> RunAsync(Fault fault, CancellationToken cancellationToken)
    {
        await RequireHealthAsync(cancellationToken);
        var primary = await cluster.LeaderAsync(cancellationToken);
        var before = canary.AcknowledgedCount;
        await using var probe = fault == Fault.Freeze ? await OpenProbeAsync(primary, cancellationToken) : null;

        var mark = new Mark(canary.Now, time.GetTimestamp(), time.GetUtcNow());
        await InjectAsync(fault, primary, cancellationToken);
        say("Waiting until the clients' writes succeed again.");
        var isServed = await canary.WaitForServiceSinceAsync(mark.Canary, limits.Service, cancellationToken);
        say(isServed ? $"Writes succeed again, {Seconds(canary.Now - mark.Canary)} after the fault." : "The writes did not come back.");

        // Asked twice: a log of decisions is short, and the redundancy may take its time.
        var decisions = await ReadDecisionsAsync(cancellationToken);
        var stale = await MendAsync(fault, primary, probe, mark, cancellationToken);

        var isRedundant = isServed && await IsRedundantAsync(cancellationToken);
        var redundancy = time.GetElapsedTime(mark.Timestamp);
        decisions.UnionWith(await ReadDecisionsAsync(cancellationToken));
        return new()
        {
            Fault = fault,
            OldPrimary = primary.Name,
            NewPrimary = isServed ? (await cluster.StatusAsync(cancellationToken))?.Leader?.Name : null,
            Gap = isServed ? CanaryFigures.LongestGap(canary.Acknowledgements(), mark.Canary, canary.Now) : null,
            Redundancy = isRedundant ? redundancy : null,
            Stale = stale,
            Acknowledged = canary.AcknowledgedCount - before,
            Lost = isServed ? (await canary.FindLostAsync(cancellationToken)).Count : null,
            SecondWriter = CanaryFigures.SecondWriterCount(canary.Acknowledgements()),
            Phases = Phases.Of(decisions, mark.Utc),
        };
    }

    private Task<bool> IsRedundantAsync(CancellationToken cancellationToken)
    {
        say("Waiting until the redundancy is whole again: every member follows, and another could take over without a loss.");
        return cluster.WaitForRedundancyAsync(limits.Redundancy, null, cancellationToken);
    }

    private async Task RequireHealthAsync(CancellationToken cancellationToken)
    {
        if (!await cluster.WaitForRedundancyAsync(limits.Redundancy, null, cancellationToken))
        {
            throw new DemoException("the cluster is not healthy enough to break it");
        }

        if (!await canary.WaitForWritesAsync(WritesBefore, WritesBeforeLimit, cancellationToken))
        {
            throw new DemoException("the clients cannot write although the cluster looks healthy");
        }
    }

    private Task<StaleProbe> OpenProbeAsync(LoopbackMember primary, CancellationToken cancellationToken) =>
        StaleProbe.OpenAsync(CanaryHost.Of(cluster.Plan, primary.Plan), canary, StaleProbeWriterFirst + staleProbes++, cancellationToken);

    private async Task InjectAsync(Fault fault, LoopbackMember primary, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case Fault.Crash:
                say($"Killing {cluster.Plan.Database.Product} on {primary.Name}, the primary.");
                primary.KillPostmaster();
                break;
            case Fault.HostLoss:
                say($"Killing everything on {primary.Name}, the primary's host: database, agent, guard and its vote in the store.");
                primary.KillAll();
                LoseWithHost(primary);
                break;
            case Fault.Freeze:
                say($"Freezing everything on {primary.Name}, the primary's host: it neither answers nor knows that time goes by.");
                primary.Freeze();
                break;
            case Fault.Switchover:
                await SwitchOverAsync(primary, cancellationToken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }
    }

    private async Task SwitchOverAsync(LoopbackMember primary, CancellationToken cancellationToken)
    {
        var candidate = (await cluster.StatusAsync(cancellationToken) is { } status ? cluster.Plan.Database.Candidate(status) : null)
            ?? throw new DemoException("nobody is there to switch over to");
        say($"Asking {primary.Name} to hand over to {candidate}, as for a maintenance.");
        if (await cluster.Rest.SwitchoverAsync(primary.Plan, candidate, cancellationToken) is { } refusal)
        {
            throw new DemoException($"the switchover was refused: {refusal}");
        }
    }

    /// <summary>Brings back what the fault took away for good; answers how long a thawed primary was stale.</summary>
    private async Task<TimeSpan?> MendAsync(Fault fault, LoopbackMember primary, StaleProbe? probe, Mark mark, CancellationToken cancellationToken)
    {
        if (fault == Fault.HostLoss)
        {
            say($"Starting {primary.Name} again: its host is back.");
            primary.Start();
        }

        if (probe is null)
        {
            return null;
        }

        if (limits.Freeze - time.GetElapsedTime(mark.Timestamp) is { Ticks: > 0 } rest)
        {
            say($"{primary.Name} stays frozen for another {Seconds(rest)}, well past the end of its lease.");
            await Task.Delay(rest, time, cancellationToken);
        }

        say($"Thawing {primary.Name}: it wakes up believing that it is the primary.");
        return await probe.MeasureAsync(primary.Thaw, cancellationToken);
    }

    private async Task<HashSet<LoggedDecision>> ReadDecisionsAsync(CancellationToken cancellationToken)
    {
        var decisions = new HashSet<LoggedDecision>();
        foreach (var member in cluster.Members.Where(member => member.IsListening))
        {
            using var body = await cluster.Rest.ReadAsync(member.Plan, "/holdfast/v1/decisions", cancellationToken);
            if (body is not null)
            {
                decisions.UnionWith(LoggedDecision.Parse(member.Name, body.RootElement));
            }
        }

        return decisions;
    }

    private static string Seconds(TimeSpan span) => FormattableString.Invariant($"{span.TotalSeconds:0.0} s");

    /// <summary>The moment of the fault by each clock in use.</summary>
    private sealed record Mark(TimeSpan Canary, long Timestamp, DateTimeOffset Utc);
}
