using System.Collections.Immutable;

namespace Holdfast.Model;

/// <summary>The closed family of jobs.</summary>
public abstract record DatabaseWork
{
    private DatabaseWork(DatabaseJobKind kind) => Kind = kind;

    /// <summary>The job that it becomes.</summary>
    public DatabaseJobKind Kind { get; }

    /// <summary>Makes a new, empty system and leaves it running as a primary, ready for replicas.</summary>
    public sealed record Bootstrap() : DatabaseWork(DatabaseJobKind.Bootstrap);

    /// <summary>
    /// Copies the source's system into the data directory and leaves it stopped, ready to start as a replica. What was in the
    /// directory is set aside under another name first; the disk must have room for it before anything is touched.
    /// </summary>
    public sealed record CloneFrom(Upstream Source) : DatabaseWork(DatabaseJobKind.Clone);

    /// <summary>Brings a stopped, diverged system back onto the source's history and leaves it stopped.</summary>
    public sealed record RewindTo(Upstream Source) : DatabaseWork(DatabaseJobKind.Rewind);

    /// <summary>Starts as a primary, recovering in place if it crashed.</summary>
    public sealed record StartPrimary() : DatabaseWork(DatabaseJobKind.StartPrimary);

    /// <summary>Starts as a replica of the upstream, or of nobody.</summary>
    public sealed record StartReplica(Upstream? Upstream) : DatabaseWork(DatabaseJobKind.StartReplica);

    /// <summary>Stops: politely (clients are cut, everything is flushed and sent to replicas), then by force after the budget.</summary>
    public sealed record Stop(TimeSpan PoliteBudget) : DatabaseWork(DatabaseJobKind.Stop);

    /// <summary>Stops and starts again in the role it has.</summary>
    public sealed record Restart() : DatabaseWork(DatabaseJobKind.Restart);

    /// <summary>Turns a running replica into a primary, within the limit.</summary>
    public sealed record Promote(TimeSpan Limit) : DatabaseWork(DatabaseJobKind.Promote);

    /// <summary>Flushes everything; done before a switchover so that the stop is short, and after a promotion so that others can rewind.</summary>
    public sealed record Checkpoint() : DatabaseWork(DatabaseJobKind.Checkpoint);

    /// <summary>Takes a running server into a group that serves, by any of the addresses and in its mode, and waits until it takes part.</summary>
    public sealed record JoinGroup(ImmutableArray<string> Addresses, GroupMode Mode) : DatabaseWork(DatabaseJobKind.JoinGroup)
    {
        public bool Equals(JoinGroup? other) => other is not null && Mode == other.Mode && Addresses.SequenceEqual(other.Addresses);

        public override int GetHashCode() => Addresses.Length;
    }

    /// <summary>Begins a group with this running server as its only member; without a mode, in the one of the member's own configuration.</summary>
    public sealed record BootstrapGroup(GroupMode? Mode) : DatabaseWork(DatabaseJobKind.BootstrapGroup);

    /// <summary>Has the group go over to another mode while it serves; a single primary is the server named.</summary>
    public sealed record ChangeGroupMode(GroupMode Mode, string ServerId) : DatabaseWork(DatabaseJobKind.ChangeGroupMode);

    /// <summary>Asks the group to make one of its servers the primary; what is under way there ends first.</summary>
    public sealed record ElectPrimary(string ServerId) : DatabaseWork(DatabaseJobKind.ElectPrimary);

    /// <summary>Has the group put out a member that is surely dead, by its consensus, before it would miss it itself.</summary>
    public sealed record Expel(string Address) : DatabaseWork(DatabaseJobKind.Expel);
}
