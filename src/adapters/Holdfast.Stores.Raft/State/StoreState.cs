using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.State;

/// <summary>
/// The replicated state: keys, sessions, and the requests already carried out. The same commands in the same order give the
/// same state on every node; nothing here knows the time.
/// </summary>
internal sealed class StoreState(ChangeHistory history)
{
    private const byte FormatVersion = 1;

    private readonly KeySpace keys = new();
    private readonly Dictionary<string, TimeSpan> sessions = new(StringComparer.Ordinal);
    private readonly AppliedRequests requests = new();

    /// <summary>Which data directory each address belongs to; replaced as a whole, so that other threads may look.</summary>
    public ImmutableSortedDictionary<string, ulong> Identities { get; private set; } =
        ImmutableSortedDictionary.Create<string, ulong>(StringComparer.Ordinal);

    public Revision Revision { get; private set; } = Revision.Absent;

    /// <summary>The sessions that live, with their times to live.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Sessions => sessions;

    /// <summary>What keys and values hold, in characters.</summary>
    public long Size => keys.Size;

    public StoreImage Read(string prefix) => new(Revision, keys.Below(prefix));

    public StoreEntry? Find(string key) => keys.Find(key);

    /// <summary>Who leaves the cluster may come back with an empty directory.</summary>
    public void KeepIdentities(IEnumerable<string> members) =>
        Identities = Identities.RemoveRange(Identities.Keys.Except(members, StringComparer.Ordinal));

    /// <summary>Carries a command out, once, and says what changed; null for no change.</summary>
    public (CommandResult Result, StoreChange? Change) Apply(RequestId request, Command command, long index)
    {
        if (request.Client != 0 && requests.Find(request) is { } earlier)
        {
            return (earlier, null);
        }

        var (outcome, change) = Apply(command);
        var result = new CommandResult(outcome, Revision.Number);
        if (request.Client != 0)
        {
            requests.Add(request, result, index);
        }

        if (change is not null)
        {
            history.Add(change);
        }

        return (result, change);
    }

    public byte[] Save()
    {
        var writer = new ByteWriter();
        writer.Byte(FormatVersion);
        writer.Int64(Revision.Number);
        writer.Int32(sessions.Count);
        foreach (var (session, timeToLive) in sessions.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.Text(session);
            writer.Int64(timeToLive.Ticks);
        }

        writer.Int32(keys.Count);
        foreach (var entry in keys.All)
        {
            writer.Text(entry.Key);
            writer.Text(entry.Value);
            writer.Int64(entry.Modified.Number);
            writer.OptionalText(entry.Session?.Text);
        }

        writer.Int32(Identities.Count);
        foreach (var (address, identity) in Identities)
        {
            writer.Text(address);
            writer.UInt64(identity);
        }

        requests.Write(writer);
        return writer.ToArray();
    }

    public void Load(ReadOnlySpan<byte> saved)
    {
        keys.Clear();
        sessions.Clear();
        var reader = new ByteReader(saved);
        if (reader.Byte() is var version && version != FormatVersion)
        {
            throw new InvalidDataException($"a snapshot of format {version}; this program knows {FormatVersion}");
        }

        Revision = new Revision(reader.Int64());
        for (var count = reader.Count(12); count > 0; count--)
        {
            sessions[reader.Text()] = new TimeSpan(reader.Int64());
        }

        for (var count = reader.Count(17); count > 0; count--)
        {
            keys.Put(new StoreEntry(
                reader.Text(), reader.Text(), new Revision(reader.Int64()), CommandCodec.ToSession(reader.OptionalText())));
        }

        Identities = Identities.Clear();
        for (var count = reader.Count(12); count > 0; count--)
        {
            Identities = Identities.Add(reader.Text(), reader.UInt64());
        }

        requests.Read(ref reader);
        history.Reset(Revision);
    }

    private (CommitOutcome Outcome, StoreChange? Change) Apply(Command command)
    {
        switch (command)
        {
            case Command.Transact transact:
                return Apply(transact.Transaction);
            case Command.OpenSession open:
                sessions[open.Session] = open.TimeToLive;
                return (CommitOutcome.Committed, null);
            case Command.CloseSession close:
                return (CommitOutcome.Committed, End(close.Session));
            case Command.ExpireSession expire:
                return (CommitOutcome.Committed, End(expire.Session));
            case Command.RegisterNode register:
                Identities = Identities.ContainsKey(register.Address) ? Identities : Identities.Add(register.Address, register.Identity);
                return (CommitOutcome.Committed, null);
            default:
                throw new InvalidOperationException($"no such command: {command}");
        }
    }

    private (CommitOutcome Outcome, StoreChange? Change) Apply(StoreTransaction transaction)
    {
        if (!transaction.Conditions.All(Holds))
        {
            return (CommitOutcome.Conflict, null);
        }

        if (transaction.Writes.OfType<StoreWrite.Put>().Any(put => put.Session is { } session && !sessions.ContainsKey(session.Text)))
        {
            return (CommitOutcome.SessionEnded, null);
        }

        // The last write to a key decides, and a key that was never there cannot be deleted.
        var last = new SortedDictionary<string, StoreWrite>(StringComparer.Ordinal);
        foreach (var write in transaction.Writes)
        {
            last[write.Key] = write;
        }

        var puts = last.Values.OfType<StoreWrite.Put>().ToArray();
        var deletes = last.Values.OfType<StoreWrite.Delete>().Select(write => write.Key).Where(key => keys.Find(key) is not null);
        return (CommitOutcome.Committed, Change(puts, [.. deletes]));
    }

    private bool Holds(StoreCondition condition) =>
        (keys.Find(condition.Key)?.Modified ?? Revision.Absent) == condition.Modified;

    private StoreChange? End(string session)
    {
        if (!sessions.Remove(session))
        {
            return null;
        }

        var owned = keys.All.Where(entry => entry.Session?.Text == session).Select(entry => entry.Key);
        return Change([], [.. owned]);
    }

    private StoreChange? Change(StoreWrite.Put[] puts, ImmutableArray<string> deletes)
    {
        if (puts.Length + deletes.Length == 0)
        {
            return null;
        }

        Revision = new Revision(Revision.Number + 1);
        foreach (var key in deletes)
        {
            keys.Remove(key);
        }

        StoreEntry[] written = [.. puts.Select(put => new StoreEntry(put.Key, put.Value, Revision, put.Session))];
        foreach (var entry in written)
        {
            keys.Put(entry);
        }

        return new StoreChange(Revision, [.. written], deletes);
    }
}
