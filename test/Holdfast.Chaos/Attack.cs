using System.Globalization;

namespace Holdfast.Chaos;

/// <summary>What is done to a member.</summary>
internal enum AttackKind
{
    KillAgent,
    KillGuard,
    KillPostmaster,

    /// <summary>A process that serves a client, or any other child of the postmaster when no client is there.</summary>
    KillBackend,

    /// <summary>What sends or receives the log: a walsender on the primary, the walreceiver on a replica.</summary>
    KillReplication,

    /// <summary>All processes, as a power cut would.</summary>
    KillNode,

    FreezeAgent,
    FreezeNode,
}

/// <summary>Whom it is done to, by the role at the round's start, so that a seed means the same on every run.</summary>
internal enum Victim
{
    Primary,
    SynchronousStandby,
    OtherReplica,
    Everybody,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Victim">Whose.</param>
/// <param name="After">When, counted from the round's start.</param>
/// <param name="Lasts">How long until what is frozen thaws, and what was killed is started again by whoever looks after services.</param>
internal sealed record Attack(AttackKind Kind, Victim Victim, TimeSpan After, TimeSpan Lasts)
{
    /// <summary>Whether somebody outside has to thaw or start something; of the rest the agents and guards take care.</summary>
    public bool IsMended => Kind is AttackKind.FreezeAgent or AttackKind.FreezeNode or AttackKind.KillAgent or AttackKind.KillNode;

    public string Words => string.Create(
        CultureInfo.InvariantCulture,
        $"{(After > TimeSpan.Zero ? $"at {After.TotalSeconds:0.0} s " : "")}{Verb} of {Whom}{(IsMended ? $" for {Lasts.TotalSeconds:0.0} s" : "")}");

    private string Verb => Kind switch
    {
        AttackKind.KillAgent => "kill agent",
        AttackKind.KillGuard => "kill guard",
        AttackKind.KillPostmaster => "kill postmaster",
        AttackKind.KillBackend => "kill backend",
        AttackKind.KillReplication => "kill replication",
        AttackKind.KillNode => "kill everything",
        AttackKind.FreezeAgent => "freeze agent",
        AttackKind.FreezeNode => "freeze everything",
        _ => throw new InvalidOperationException($"{Kind} has no word"),
    };

    private string Whom => Victim switch
    {
        Victim.Primary => "primary",
        Victim.SynchronousStandby => "synchronous standby",
        Victim.OtherReplica => "other replica",
        Victim.Everybody => "all members",
        _ => throw new InvalidOperationException($"{Victim} has no word"),
    };
}
