using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Node;

/// <summary>From committed entries to the state, its watchers and its snapshots.</summary>
internal sealed partial class RaftNode
{
    /// <summary>Entries kept behind a snapshot, so that a peer that lags a little needs none.</summary>
    private const int TrailingEntries = 500;

    private readonly PriorityQueue<Action, long> appliedWaiters = new();
    private LogPoint snapshotPoint;
    private long bytesSinceSnapshot;
    private long snapshotBytes;
    private bool isSnapshotUnderWay;

    /// <summary>The data directory that each member came with last.</summary>
    private readonly Dictionary<string, ulong> identities = new(StringComparer.Ordinal);
    private readonly HashSet<string> registering = new(StringComparer.Ordinal);

    private void Apply(LogEntry entry, TimeSpan now)
    {
        applied = new LogPoint(entry.Index, entry.Term);
        bytesSinceSnapshot += entry.SizeBytes;
        if (entry.Kind != EntryKind.Command)
        {
            var members = core.Log.ConfigurationAt(entry.Index);
            state.KeepIdentities(members.Members);
            ForgetLeavers();
            registering.RemoveWhere(address => !members.IsMember(address));
            RegisterIdentities(now);
            return;
        }

        var (request, command) = CommandCodec.Decode(entry.Data.Span);
        var (result, change) = state.Apply(request, command, entry.Index);
        TrackSession(command, now);
        if (change is not null)
        {
            watches.Publish(change);
        }

        WriteApplied(request, result);
    }

    private void Install(Snapshot snapshot)
    {
        LogInstalled(snapshot.Point.Index);
        state.Load(snapshot.State.Span);
        applied = snapshotPoint = snapshot.Point;
        bytesSinceSnapshot = 0;
        watches.EndAll(new StoreCompactedException("this node took over a snapshot; the changes that led to it are not known here"));
    }

    private void WhenApplied(long index, Action then)
    {
        if (applied.Index >= index)
        {
            then();
        }
        else
        {
            appliedWaiters.Enqueue(then, index);
        }
    }

    private void RunWaiters()
    {
        while (appliedWaiters.TryPeek(out var then, out var index) && index <= applied.Index)
        {
            appliedWaiters.Dequeue();
            then();
        }
    }

    private Snapshot SnapshotOfNow() => new(applied, core.Log.ConfigurationAt(applied.Index), state.Save());

    private void TakeSnapshotWhenDue()
    {
        // A large state is written less often, so that snapshots never outweigh the log they replace.
        var bytesDue = Math.Max(options.SnapshotEveryBytes, snapshotBytes);
        var isDue = applied.Index - snapshotPoint.Index >= options.SnapshotEvery || bytesSinceSnapshot >= bytesDue;
        if (!isDue || isSnapshotUnderWay)
        {
            return;
        }

        var snapshot = SnapshotOfNow();
        snapshotPoint = snapshot.Point;
        snapshotBytes = snapshot.State.Length;
        bytesSinceSnapshot = 0;
        isSnapshotUnderWay = true;
        disk.Write(snapshot);
    }

    private void SnapshotDone(LogPoint point)
    {
        isSnapshotUnderWay = false;
        core.CompactTo(point.Index - Math.Min(TrailingEntries, options.SnapshotEvery / 2));
    }

    private void TrackSession(Command command, TimeSpan now)
    {
        if (ledTerm != core.Term)
        {
            return;
        }

        switch (command)
        {
            case Command.OpenSession open:
                sessions.Start(open.Session, open.TimeToLive, now);
                break;
            case Command.CloseSession close:
                sessions.End(close.Session);
                break;
            case Command.ExpireSession expire:
                sessions.End(expire.Session);
                break;
            default:
                break;
        }
    }

    /// <summary>A node that has just begun to lead gives every session a full time to live: late, never early.</summary>
    private void NoteReign(TimeSpan now)
    {
        if (core.Role != RaftRole.Leader)
        {
            if (ledTerm != 0)
            {
                ledTerm = 0;
                sessions.Clear();
                proposed.Clear();
            }
        }
        else if (ledTerm != core.Term)
        {
            ledTerm = core.Term;
            registering.Clear();
            sessions.Clear();
            proposed.Clear();
            foreach (var (session, timeToLive) in state.Sessions)
            {
                sessions.Start(session, timeToLive, now);
            }
        }
    }

    /// <summary>Whoever was removed may come back with another directory; the old one must not be written down for it again.</summary>
    private void ForgetLeavers()
    {
        foreach (var gone in identities.Keys.Where(address => address != Self.Address && !core.Configuration.IsMember(address)).ToArray())
        {
            identities.Remove(gone);
        }
    }

    /// <summary>
    /// The leader writes down which data directory each member came with first. From then on all refuse that address with
    /// another one, whoever wiped it and why.
    /// </summary>
    private void RegisterIdentities(TimeSpan now)
    {
        if (core.Role != RaftRole.Leader || ledTerm != core.Term)
        {
            return;
        }

        foreach (var (address, identity) in identities)
        {
            if (core.Configuration.IsMember(address) && !state.Identities.ContainsKey(address) && registering.Add(address))
            {
                core.Propose(CommandCodec.Encode(RequestId.None, new Command.RegisterNode(address, identity)), now);
            }
        }
    }

    private void ExpireSessions(TimeSpan now)
    {
        if (core.Role != RaftRole.Leader || now < sessions.NextDue)
        {
            return;
        }

        foreach (var session in sessions.Overdue(now))
        {
            if (core.Propose(CommandCodec.Encode(RequestId.None, new Command.ExpireSession(session)), now) is { } point)
            {
                sessions.Expiring(session, point.Index);
            }
        }

        sessions.Plan(now);
    }
}
