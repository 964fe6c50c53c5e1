using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Store;

/// <summary>The store's truth: keys, revisions, sessions that end late but never early, and times in which nobody answers.</summary>
internal sealed class StoreServer(Scheduler scheduler, SimRandom random)
{
    private readonly SortedDictionary<string, StoreEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<SessionId, Session> sessions = [];
    private readonly List<StoreChange> changes = [];
    private TimeSpan silentUntil;
    private long revision;
    private int sessionNumbers;

    /// <summary>Called with every change, after it was applied.</summary>
    public Action<StoreChange> Changed { get; set; } = static _ => { };

    /// <summary>How much earlier than promised sessions end: a broken store, for the tests of the checks.</summary>
    public TimeSpan EndsSessionsEarlyBy { get; init; }

    /// <summary>It writes whatever it is asked to: a broken store, for the tests of the checks.</summary>
    public bool IgnoresConditions { get; init; }

    public bool IsSilent => scheduler.Now < silentUntil;

    public TimeSpan SilentUntil => silentUntil;

    public IReadOnlyList<StoreChange> Changes => changes;

    public Revision Revision => new(revision);

    public StoreEntry? Entry(string key) => entries.GetValueOrDefault(key);

    /// <summary>Nobody answers for a while. Sessions live on, and have their full time again when the store is back.</summary>
    public void BeSilentFor(TimeSpan duration)
    {
        silentUntil = scheduler.Now + duration > silentUntil ? scheduler.Now + duration : silentUntil;
        foreach (var session in sessions.Values)
        {
            session.EndsAt = silentUntil + session.TimeToLive;
        }
    }

    public StoreImage Read(string prefix) =>
        new(Revision, [.. entries.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))]);

    public CommitResult Commit(StoreTransaction transaction)
    {
        foreach (var condition in transaction.Conditions)
        {
            if (!IgnoresConditions && (entries.GetValueOrDefault(condition.Key)?.Modified ?? Revision.Absent) != condition.Modified)
            {
                return new(CommitOutcome.Conflict, Revision);
            }
        }

        foreach (var write in transaction.Writes)
        {
            if (write is StoreWrite.Put { Session: { } session } && !sessions.ContainsKey(session))
            {
                return new(CommitOutcome.SessionEnded, Revision);
            }
        }

        return new(CommitOutcome.Committed, Apply(transaction.Writes));
    }

    public SessionId Open(TimeSpan timeToLive)
    {
        var session = new Session(new SessionId($"s{++sessionNumbers}"), timeToLive) { EndsAt = scheduler.Now + timeToLive };
        sessions[session.Id] = session;
        Watch(session);
        return session.Id;
    }

    public SessionKeeping Keep(SessionId id)
    {
        if (sessions.GetValueOrDefault(id) is not { } session)
        {
            return SessionKeeping.Ended;
        }

        session.EndsAt = scheduler.Now + session.TimeToLive;
        return SessionKeeping.Alive;
    }

    /// <summary>Ends the sessions under which these keys stand, though they were kept alive.</summary>
    public void EndEarly(Func<StoreEntry, bool> which)
    {
        foreach (var session in entries.Values.Where(which).Select(entry => entry.Session).OfType<SessionId>().Distinct().ToArray())
        {
            Close(session);
        }
    }

    public void Close(SessionId id)
    {
        if (sessions.Remove(id))
        {
            var lost = entries.Values.Where(entry => entry.Session == id).Select(entry => entry.Key).ToArray();
            if (lost.Length > 0)
            {
                Apply([.. lost.Select(key => new StoreWrite.Delete(key))]);
            }
        }
    }

    /// <summary>Sessions end late by chance, as a store looks for ended ones only now and then.</summary>
    private void Watch(Session session)
    {
        var late = EndsSessionsEarlyBy > TimeSpan.Zero ? -EndsSessionsEarlyBy : random.Milliseconds(0, random.Chance(0.5) ? 20 : 600);
        scheduler.At(session.EndsAt + late, new Work(null, () =>
        {
            if (sessions.GetValueOrDefault(session.Id) != session)
            {
                return;
            }

            if (scheduler.Now < session.EndsAt - EndsSessionsEarlyBy || IsSilent)
            {
                Watch(session);
                return;
            }

            Close(session.Id);
        }));
    }

    private Revision Apply(ImmutableArray<StoreWrite> writes)
    {
        revision++;
        var written = ImmutableArray.CreateBuilder<StoreEntry>(writes.Length);
        var deleted = ImmutableArray.CreateBuilder<string>();
        foreach (var write in writes)
        {
            if (write is StoreWrite.Put put)
            {
                var entry = new StoreEntry(put.Key, put.Value, Revision, put.Session);
                entries[put.Key] = entry;
                written.Add(entry);
            }
            else if (entries.Remove(write.Key))
            {
                deleted.Add(write.Key);
            }
        }

        var change = new StoreChange(Revision, written.ToImmutable(), deleted.ToImmutable());
        changes.Add(change);
        scheduler.Mix(revision);
        Changed(change);
        return Revision;
    }

    private sealed class Session(SessionId id, TimeSpan timeToLive)
    {
        public SessionId Id { get; } = id;

        public TimeSpan TimeToLive { get; } = timeToLive;

        public TimeSpan EndsAt { get; set; }
    }
}
