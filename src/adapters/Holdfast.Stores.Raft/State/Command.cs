using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft.State;

/// <summary>
/// Who asks, and for the how-manieth time: a request that is sent twice is carried out once. The client repeats nothing
/// below <paramref name="Settled"/>, so older results need not be kept.
/// </summary>
internal readonly record struct RequestId(ulong Client, long Sequence, long Settled)
{
    /// <summary>For commands that do no harm twice.</summary>
    public static readonly RequestId None = new(0, 0, 0);
}

/// <summary>A closed family: what the log can tell the state machine to do.</summary>
internal abstract record Command
{
    private Command()
    {
    }

    public sealed record Transact(StoreTransaction Transaction) : Command;

    public sealed record OpenSession(string Session, TimeSpan TimeToLive) : Command;

    public sealed record CloseSession(string Session) : Command;

    /// <summary>Remembers which data directory an address belongs to.</summary>
    public sealed record RegisterNode(string Address, ulong Identity) : Command;

    /// <summary>The leader saw a session's deadline pass.</summary>
    public sealed record ExpireSession(string Session) : Command;
}

/// <summary>What became of a command; kept to answer repetitions.</summary>
internal readonly record struct CommandResult(CommitOutcome Outcome, long Revision);
