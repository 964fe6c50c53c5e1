using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Node;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>One node of the simulated cluster: the real core, state and session deadlines over a simulated disk.</summary>
internal sealed class SimulatedNode(World world, string name, SimulatedDisk disk)
{
    private readonly Queue<(PersistBatch? Batch, Snapshot? Snapshot)> writing = new();
    private readonly RaftOutput output = new();
    private readonly SessionDeadlines deadlines = new();
    private long ledTerm;
    private long snapshotIndex;

    public string Name => name;

    public bool IsUp { get; private set; }

    /// <summary>Counts lives, so that what was sent to an earlier one does not reach a later one's disk.</summary>
    public int Life { get; private set; }

    public RaftCore Core { get; private set; } = null!;

    public StoreState State { get; private set; } = null!;

    public long Applied { get; private set; }

    public bool IsDiskStuck { get; set; }

    public void Start()
    {
        var recovered = disk.Recover();
        IsUp = true;
        Life++;
        writing.Clear();
        deadlines.Clear();
        ledTerm = 0;
        State = new StoreState(new ChangeHistory(1000, 1_000_000));
        State.Load(recovered.Snapshot.State.Span);
        Applied = snapshotIndex = recovered.Snapshot.Point.Index;
        Core = new RaftCore(world.SettingsOf(name), recovered, new Random(world.Random.Next()), world.Now);
    }

    /// <summary>Of the writes under way some may have reached the disk, in order, though nobody was told.</summary>
    public void Crash()
    {
        IsUp = false;
        for (var kept = world.Random.Next(writing.Count + 1); kept > 0; kept--)
        {
            Save(writing.Dequeue());
        }
    }

    public void Step(RaftMessage message)
    {
        Core.Step(message, world.Now);
        Advance();
    }

    public void TickIfDue()
    {
        if (world.Now >= Core.NextDue)
        {
            Core.Tick(world.Now);
            Advance();
        }
        else if (ledTerm != 0 && world.Now >= deadlines.NextDue)
        {
            Advance();
        }
    }

    /// <summary>The disk finishes its oldest write; with a broken rule, a test shows that the simulation notices.</summary>
    public void FinishWrite(int life)
    {
        if (!IsUp || life != Life || writing.Count == 0)
        {
            return;
        }

        var write = writing.Dequeue();
        Save(write);
        if (write.Batch is { } batch)
        {
            Confirm(batch);
        }
        else if (write.Snapshot is { } snapshot)
        {
            Core.CompactTo(snapshot.Point.Index - 3);
        }

        Advance();
    }

    public bool Propose(RequestId id, Command command)
    {
        var isProposed = Core.Propose(CommandCodec.Encode(id, command), world.Now) is not null;
        Advance();
        return isProposed;
    }

    public bool Read(ulong ticket)
    {
        var isAsked = Core.RequestRead(ticket, world.Now);
        Advance();
        return isAsked;
    }

    public bool Keep(ulong ticket, string session)
    {
        deadlines.Extend(session, world.Now);
        return Read(ticket);
    }

    public bool IsExpiring(string session) => deadlines.ExpiryIndexOf(session) is not null;

    public bool Leads(long term) => Core.Role == RaftRole.Leader && Core.Term == term && ledTerm == term;

    public void Advance()
    {
        do
        {
            NoteReign();
            Expire();
            Core.Take(output);
            CarryOut();
        }
        while (output.SnapshotsWanted.Count > 0 || (Core.Role == RaftRole.Leader && ledTerm != Core.Term));
    }

    private void CarryOut()
    {
        if (output.Install is { } installed)
        {
            State.Load(installed.State.Span);
            Applied = snapshotIndex = installed.Point.Index;
        }

        output.Messages.ForEach(world.Network.Send);
        if (output.Persist is { } batch)
        {
            Write(batch);
        }

        foreach (var entry in output.Committed)
        {
            Apply(entry);
        }

        foreach (var read in output.ConfirmedReads.ToArray())
        {
            world.Clients.Confirmed(this, read);
        }

        output.DroppedReads.ForEach(world.Clients.Dropped);
        foreach (var peer in output.SnapshotsWanted)
        {
            Core.SendSnapshot(peer, SnapshotOfNow(), world.Now);
        }

        TakeSnapshotWhenDue();
    }

    private void Write(PersistBatch batch)
    {
        if (world.AcknowledgesBeforeSync)
        {
            // The mutation: everyone is told at once, and only then does the disk begin.
            batch.Messages.ToList().ForEach(world.Network.Send);
        }

        Enqueue(batch, null);
    }

    private void Enqueue(PersistBatch? batch, Snapshot? snapshot)
    {
        writing.Enqueue((batch, snapshot));
        var life = Life;
        world.After(IsDiskStuck ? TimeSpan.FromSeconds(2) : world.DiskDelay(), () => FinishWrite(life));
    }

    private void Save((PersistBatch? Batch, Snapshot? Snapshot) write)
    {
        if (write.Batch is { } batch)
        {
            disk.Persist(batch);
        }

        if (write.Snapshot is { } snapshot)
        {
            disk.Save(snapshot);
        }
    }

    private void Confirm(PersistBatch batch)
    {
        if (!world.AcknowledgesBeforeSync)
        {
            batch.Messages.ToList().ForEach(world.Network.Send);
        }

        Core.Persisted(batch, world.Now);
    }

    private void Apply(LogEntry entry)
    {
        Applied = entry.Index;
        world.Check.Applied(this, entry);
        if (entry.Kind != EntryKind.Command)
        {
            return;
        }

        var (id, command) = CommandCodec.Decode(entry.Data.Span);
        var (result, change) = State.Apply(id, command, entry.Index);
        if (ledTerm == Core.Term)
        {
            Track(command);
        }

        if (change is not null || command is Command.ExpireSession)
        {
            world.Check.Changed(this, command);
        }

        world.Clients.Applied(this, id, result);
    }

    private void Track(Command command)
    {
        if (command is Command.OpenSession open)
        {
            deadlines.Start(open.Session, open.TimeToLive, world.Now);
        }
        else if (command is Command.ExpireSession expire)
        {
            deadlines.End(expire.Session);
        }
    }

    private void NoteReign()
    {
        if (Core.Role != RaftRole.Leader)
        {
            ledTerm = 0;
            deadlines.Clear();
        }
        else if (ledTerm != Core.Term)
        {
            ledTerm = Core.Term;
            deadlines.Clear();
            world.Check.Leads(this);
            foreach (var (session, timeToLive) in State.Sessions)
            {
                deadlines.Start(session, timeToLive, world.Now);
            }
        }
    }

    private void Expire()
    {
        if (ledTerm == 0 || world.Now < deadlines.NextDue)
        {
            return;
        }

        foreach (var session in deadlines.Overdue(world.Now))
        {
            if (Core.Propose(CommandCodec.Encode(RequestId.None, new Command.ExpireSession(session)), world.Now) is { } point)
            {
                deadlines.Expiring(session, point.Index);
            }
        }

        deadlines.Plan(world.Now);
    }

    private Snapshot SnapshotOfNow() => new(
        new LogPoint(Applied, Core.Log.TermAt(Applied) ?? throw new InvalidOperationException("the applied entry's term is unknown")),
        Core.Log.ConfigurationAt(Applied),
        State.Save());

    private void TakeSnapshotWhenDue()
    {
        if (Applied - snapshotIndex < world.SnapshotEvery)
        {
            return;
        }

        snapshotIndex = Applied;
        Enqueue(null, SnapshotOfNow());
    }
}
