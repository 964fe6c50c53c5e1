using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Ports.Store;

/// <summary>
/// A linearizable key-value store with sessions: the one place where the agents of a cluster agree. Keys are slash-separated
/// ASCII paths, values are text. Every method throws <see cref="StoreUnavailableException"/> when no answer came in time and
/// nothing was written; a write whose fate is unknown says <see cref="CommitOutcome.Unknown"/> instead.
/// </summary>
public interface IConsensusStore : IAsyncDisposable
{
    /// <summary>Reads every key below <paramref name="prefix"/>, linearizably: as of a moment after the call began.</summary>
    Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Applies all writes at one revision if every condition holds, and none of them otherwise.</summary>
    Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Opens a session that ends by itself unless it is kept alive within <paramref name="timeToLive"/>.</summary>
    Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>
    /// Extends a session to a full time to live from now. When this answers <see cref="SessionKeeping.Alive"/>, the session ends
    /// no earlier than its time to live after the moment before the call was made, whoever leads the store then.
    /// </summary>
    Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken);

    /// <summary>Ends a session at once and deletes the keys written under it. Ending one that is gone is no error.</summary>
    Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken);

    /// <summary>
    /// Follows the changes of keys below <paramref name="prefix"/> after <paramref name="after"/>, in order, without gaps or
    /// repeats; one item holds all such changes of one revision, or of several that followed each other quickly where the store
    /// keeps no history. It survives a change of the store's leader. Throws <see cref="StoreCompactedException"/> when the changes
    /// after that revision are not known: read the prefix anew, then watch from there.
    /// </summary>
    IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken);
}

/// <summary>One key as the store holds it.</summary>
/// <param name="Key">The whole key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Modified">The revision that wrote it last.</param>
/// <param name="Session">The session whose end deletes the key; null for a key that stays.</param>
public sealed record StoreEntry(string Key, string Value, Revision Modified, SessionId? Session);

/// <summary>All keys below a prefix, as of one revision.</summary>
public sealed record StoreImage(Revision Revision, ImmutableArray<StoreEntry> Entries);

/// <summary>The changes that one revision made below a watched prefix.</summary>
public sealed record StoreChange(Revision Revision, ImmutableArray<StoreEntry> Written, ImmutableArray<string> Deleted);

/// <summary>Writes that happen together or not at all.</summary>
public sealed record StoreTransaction(ImmutableArray<StoreCondition> Conditions, ImmutableArray<StoreWrite> Writes);

/// <summary>Holds when the key was last modified at exactly this revision; <see cref="Revision.Absent"/>: when there is no such key.</summary>
public sealed record StoreCondition(string Key, Revision Modified);

/// <summary>A closed family of what a transaction does to one key.</summary>
public abstract record StoreWrite(string Key)
{
    /// <summary>Sets a key. With a session, the key vanishes with it; a session that is gone makes the whole transaction fail.</summary>
    public sealed record Put(string Key, string Value, SessionId? Session) : StoreWrite(Key);

    /// <summary>Deletes a key; one that is absent already is no error.</summary>
    public sealed record Delete(string Key) : StoreWrite(Key);
}

public enum CommitOutcome
{
    /// <summary>No answer came: the writes may or may not have happened. Read before acting on them.</summary>
    Unknown,
    Committed,

    /// <summary>A condition did not hold; nothing was written.</summary>
    Conflict,

    /// <summary>A key was to be written under a session that has ended; nothing was written.</summary>
    SessionEnded,
}

/// <summary>What became of a transaction, and the revision it made when it was committed and has set a key.</summary>
public sealed record CommitResult(CommitOutcome Outcome, Revision Revision);

public enum SessionKeeping
{
    /// <summary>No answer came in time: the session may or may not have been extended.</summary>
    Unknown,
    Alive,
    Ended,
}

/// <summary>The store could not be reached, or has no leader; nothing was written.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The changes after the asked-for revision are no longer kept.</summary>
public sealed class StoreCompactedException(string message) : Exception(message);
