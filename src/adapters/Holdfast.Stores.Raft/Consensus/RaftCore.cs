namespace Holdfast.Stores.Raft.Consensus;

internal enum RaftRole
{
    Follower,
    PreCandidate,
    Candidate,
    Leader,
}

/// <summary>
/// Raft as a pure state machine: messages, deadlines and notices go in, and <see cref="Take"/> says what to send, write and
/// apply. It has no clock, task or I/O; time is a value that only grows. Use from one thread.
/// </summary>
internal sealed partial class RaftCore
{
    private readonly RaftSettings settings;
    private readonly Random random;
    private readonly RaftLog log;
    private readonly List<RaftMessage> messages = [];
    private readonly List<RaftMessage> messagesAfterPersist = [];
    private readonly List<ConfirmedRead> confirmedReads = [];
    private readonly List<ulong> droppedReads = [];
    private readonly List<string> snapshotsWanted = [];

    private TimeSpan now;
    private string? vote;
    private HardState savedHardState;
    private Snapshot? install;
    private Snapshot? unsavedSnapshot;
    private long handedOut;
    private int batchesInFlight;
    private bool isDiskStalled;

    public RaftCore(RaftSettings settings, RecoveredLog recovered, Random random, TimeSpan now)
    {
        this.settings = settings;
        this.random = random;
        this.now = now;
        log = new RaftLog(recovered.Snapshot, recovered.Entries);
        savedHardState = recovered.HardState;
        Term = recovered.HardState.Term;
        vote = recovered.HardState.Vote;
        Commit = handedOut = recovered.Snapshot.Point.Index;
        RestElection();
    }

    public RaftRole Role { get; private set; }

    public long Term { get; private set; }

    public string? Leader { get; private set; }

    public long Commit { get; private set; }

    public Configuration Configuration => log.Configuration;

    public RaftLog Log => log;

    internal string Debug => string.Join("; ", progress.Select(p => $"{p.Key}: {p.Value.Mode} match {p.Value.Match} next {p.Value.Next} pend {p.Value.PendingSnapshot} probe {p.Value.HasProbeInFlight} full {p.Value.IsWindowFull(settings.AppendsInFlightMax)}")) + $" log {log.FirstIndex}..{log.LastIndex} persisted {log.PersistedIndex} commit {Commit} cfg {log.ConfigurationIndex} {log.Configuration} role {Role}";

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public TimeSpan NextDue => Role == RaftRole.Leader ? heartbeatDue : electionDue;

    public void Tick(TimeSpan time)
    {
        now = time;
        if (Role == RaftRole.Leader)
        {
            if (now >= heartbeatDue)
            {
                LeaderTick();
            }
        }
        else if (now >= electionDue)
        {
            Electioneer();
        }
    }

    public void Step(RaftMessage message, TimeSpan time)
    {
        now = time;
        if (message.Term > Term)
        {
            if (!AcceptsNewerTerm(message))
            {
                return;
            }
        }
        else if (message.Term < Term)
        {
            RefuseOlderTerm(message);
            return;
        }

        switch (message.Kind)
        {
            case MessageKind.PreVote:
            case MessageKind.Vote:
                ConsiderVote(message);
                break;
            case MessageKind.PreVoteAnswer:
            case MessageKind.VoteAnswer:
                CountVote(message);
                break;
            case MessageKind.Append:
                FollowLeader(message);
                TakeEntries(message);
                break;
            case MessageKind.Heartbeat:
                FollowLeader(message);
                CommitTo(message.Commit);
                Send(new RaftMessage(MessageKind.HeartbeatAnswer, settings.Self, message.From, Term) { Round = message.Round });
                break;
            case MessageKind.CommitNotice:
                FollowLeader(message);
                CommitTo(message.Commit);
                break;
            case MessageKind.InstallSnapshot:
                FollowLeader(message);
                TakeSnapshot(message);
                break;
            case MessageKind.AppendAnswer:
                TakeAppendAnswer(message);
                break;
            case MessageKind.HeartbeatAnswer:
                TakeHeartbeatAnswer(message);
                break;
            case MessageKind.TimeoutNow:
                TakeOver();
                break;
            default:
                throw new InvalidOperationException($"no such kind of message: {message.Kind}");
        }
    }

    /// <summary>A batch is on disk: what it held counts from now on.</summary>
    public void Persisted(PersistBatch batch, TimeSpan time)
    {
        now = time;
        batchesInFlight--;
        if (batch.Last is { } last)
        {
            log.Persisted(last);
        }

        // A vote for oneself counts when it cannot be forgotten any more.
        if (Role == RaftRole.Candidate && batch.HardState is { } saved && saved.Term == Term && saved.Vote == settings.Self)
        {
            votes[settings.Self] = true;
            DecideElection();
        }
        else if (Role == RaftRole.Leader)
        {
            AdvanceCommit();
        }
    }

    /// <summary>Moves everything that wants to be done into <paramref name="output"/>.</summary>
    public void Take(RaftOutput output)
    {
        output.Clear();
        if (Role == RaftRole.Leader)
        {
            Replicate();
        }

        output.Persist = TakePersistBatch();
        Move(messages, output.Messages);
        Move(confirmedReads, output.ConfirmedReads);
        Move(droppedReads, output.DroppedReads);
        Move(snapshotsWanted, output.SnapshotsWanted);
        output.Install = install;
        install = null;
        if (Commit > handedOut)
        {
            output.Committed.AddRange(log.Slice(handedOut + 1, Commit, long.MaxValue));
            handedOut = Commit;
        }
    }

    /// <summary>The state up to <paramref name="index"/> is in a snapshot on disk; the entries before it may go.</summary>
    public void CompactTo(long index) => log.CompactTo(Math.Min(index, handedOut));

    private static void Move<T>(List<T> from, List<T> to)
    {
        to.AddRange(from);
        from.Clear();
    }

    private PersistBatch? TakePersistBatch()
    {
        var hardState = new HardState(Term, vote);
        var entries = log.TakeUnsaved();
        var isEmpty = hardState == savedHardState && entries.Count == 0 && unsavedSnapshot is null;
        if (isEmpty && batchesInFlight == 0)
        {
            Move(messagesAfterPersist, messages);
            return null;
        }

        if (isEmpty && messagesAfterPersist.Count == 0)
        {
            return null;
        }

        var batch = new PersistBatch
        {
            HardState = hardState == savedHardState ? null : hardState,
            Snapshot = unsavedSnapshot,
            Entries = entries,
            Messages = [.. messagesAfterPersist],
        };
        savedHardState = hardState;
        unsavedSnapshot = null;
        messagesAfterPersist.Clear();
        batchesInFlight++;
        return batch;
    }

    private void Send(RaftMessage message) => messages.Add(message);

    private void SendOncePersisted(RaftMessage message) => messagesAfterPersist.Add(message);

    private void CommitTo(long index) => Commit = Math.Max(Commit, Math.Min(index, log.LastIndex));
}
