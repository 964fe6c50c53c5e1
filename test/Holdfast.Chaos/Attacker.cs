using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.Chaos;

/// <summary>Does to real processes what was planned, and afterwards what the operating system and its service manager would do.</summary>
internal sealed class Attacker(LoopbackCluster cluster, TimeProvider time)
{
    private readonly Lock starting = new();

    /// <param name="attacks">What goes wrong.</param>
    /// <param name="status">Who has which role.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    public Task RunAsync(IReadOnlyList<Attack> attacks, ClusterStatus status, CancellationToken cancellationToken) =>
        Task.WhenAll(attacks.SelectMany(attack => Targets(attack.Victim, status).Select(member => RunAsync(attack, member, cancellationToken))));

    /// <summary>Starts the agents that have ended; answers how many.</summary>
    public int Revive() => cluster.Members.Count(Revive);

    private List<LoopbackMember> Targets(Victim victim, ClusterStatus status)
    {
        var primary = status.Leader?.Name;
        var standby = status.SynchronousStandby?.Name;
        return [.. cluster.Members.Where(member => victim switch
        {
            Victim.Primary => member.Name == primary,
            Victim.SynchronousStandby => member.Name == standby,
            Victim.OtherReplica => member.Name != primary && member.Name != standby,
            _ => true,
        })];
    }

    private async Task RunAsync(Attack attack, LoopbackMember member, CancellationToken cancellationToken)
    {
        await Task.Delay(attack.After, time, cancellationToken);
        Strike(attack.Kind, member);
        if (!attack.IsMended)
        {
            return;
        }

        await Task.Delay(attack.Lasts, time, cancellationToken);
        member.Thaw();
        Revive(member);
    }

    private static void Strike(AttackKind kind, LoopbackMember member)
    {
        switch (kind)
        {
            case AttackKind.KillAgent:
                Send(member.Agent, Signal.Kill);
                break;
            case AttackKind.KillGuard:
                Send(member.Guard, Signal.Kill);
                break;
            case AttackKind.KillPostmaster:
                member.KillPostmaster();
                break;
            case AttackKind.KillBackend:
                Send(Child(member, "127.0.0.1(") ?? Child(member, ""), Signal.Kill);
                break;
            case AttackKind.KillReplication:
                Send(Child(member, "walreceiver") ?? Child(member, "walsender"), Signal.Kill);
                break;
            case AttackKind.KillNode:
                member.KillAll();
                break;
            case AttackKind.FreezeAgent:
                Send(member.Agent, Signal.Stop);
                break;
            case AttackKind.FreezeNode:
                member.Freeze();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private bool Revive(LoopbackMember member)
    {
        lock (starting)
        {
            if (member.Agent is not null)
            {
                return false;
            }

            member.Start();
            return true;
        }
    }

    /// <summary>The oldest child of the postmaster whose title says that it does this work.</summary>
    private static ProcessEntry? Child(LoopbackMember member, string work) => member.Postmaster is not { } postmaster
        ? null
        : ProcessTable.Read()
            .Where(process => process.ParentPid == postmaster.Pid && ProcessTable.Arguments(process.Pid).Any(title => title.Contains(work, StringComparison.Ordinal)))
            .OrderBy(process => process.StartTicks)
            .Cast<ProcessEntry?>()
            .FirstOrDefault();

    private static void Send(ProcessEntry? process, Signal signal)
    {
        if (process is { } found)
        {
            ProcessTable.Send(found, signal);
        }
    }
}
