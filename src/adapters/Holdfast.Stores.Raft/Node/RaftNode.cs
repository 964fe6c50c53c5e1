using System.Collections.Concurrent;
using System.Threading.Channels;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Storage;
using Holdfast.Stores.Raft.Transport;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Raft.Node;

/// <summary>
/// One node at work: a single loop owns the core, the state and all who wait, and turns what happens into what is to be done.
/// </summary>
internal sealed partial class RaftNode : IAsyncDisposable, IDiskObserver, IPeerObserver
{
    private const int InputsMax = 16_384;
    private const int InputsPerTurn = 256;

    private readonly RaftStoreOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly long started;
    private readonly RaftCore core;
    private readonly StoreState state;
    private readonly WatchHub watches;
    private readonly SessionDeadlines sessions = new();
    private readonly DataDirectory directory;
    private readonly DiskWriter disk;
    private readonly PeerLinks links;
    private readonly ITimer timer;
    private readonly RaftOutput output = new();
    private readonly ComplaintLimiter unreachable;
    private readonly TaskCompletionSource handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<NodeInput> notices = new();
    private readonly Task running;

    // Whoever brings an input runs the loop on his thread when it sleeps, which spares a wake-up per message. So callers hold
    // no locks, and the disk's thread wakes the loop by way of the pool.
    private readonly Channel<NodeInput> inputs = Channel.CreateBounded<NodeInput>(
        new BoundedChannelOptions(InputsMax) { SingleReader = true, AllowSynchronousContinuations = true });

    private TimeSpan armedFor = TimeSpan.MaxValue;
    private Configuration? linkedConfiguration;
    private LogPoint applied;
    private long ledTerm;
    private bool isHandingOver;
    private volatile bool hasGoneOff;
    private volatile RaftStatus status;

    public RaftNode(RaftStoreOptions options, Connector connector, TimeProvider time, ILogger logger, Random random, ulong client)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        ownClient = client;
        started = time.GetTimestamp();
        unreachable = new ComplaintLimiter(time);
        var history = new ChangeHistory(options.HistoryCountMax, options.HistoryBytesMax);
        state = new StoreState(history);
        watches = new WatchHub(history, options.WatchLagMax);
        (directory, var recovered) = DataDirectory.Open(options.DataDirectory, FirstSnapshot, options.Sync);
        state.Load(recovered.Snapshot.State.Span);
        applied = recovered.Snapshot.Point;
        snapshotPoint = applied;
        core = new RaftCore(Settings(), recovered, random, Now());
        Self = new Introduction(ConnectionPurpose.Peer, options.SelfAddress, directory.Identity);
        identities[Self.Address] = Self.Identity;
        links = new PeerLinks(Self, connector, this, time);
        timer = time.CreateTimer(_ => GoOff(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        disk = new DiskWriter(directory, this);
        status = CurrentStatus();
        LogStarted(options.SelfAddress, core.Configuration, core.Term, core.Log.LastIndex);
        running = RunAsync();
    }

    public Introduction Self { get; }

    public RaftStatus Status => status;

    /// <summary>Fails when the loop met a state that cannot be.</summary>
    public Task Running => running;

    public async Task HandOverAsync()
    {
        if (status.Role != RaftNodeRole.Leader || status.Voters.Length < 2)
        {
            return;
        }

        Notice(new NodeInput.HandOver());
        try
        {
            await Task.WhenAny(handedOver.Task, running).WaitAsync(options.HandOverTimeout, time);
        }
        catch (TimeoutException)
        {
            LogHandOverFailed(options.HandOverTimeout.TotalSeconds);
        }
    }

    public async ValueTask DisposeAsync()
    {
        inputs.Writer.TryComplete();
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await timer.DisposeAsync();
        disk.Dispose();
        await links.DisposeAsync();
        directory.Dispose();
    }

    private TimeSpan Now() => time.GetElapsedTime(started);

    private RaftSettings Settings() => new()
    {
        Self = options.SelfAddress,
        ElectionTimeout = options.ElectionTimeout,
        HeartbeatInterval = options.HeartbeatInterval,
    };

    private Snapshot FirstSnapshot()
    {
        string[] voters = options.Join ? [] : [options.SelfAddress, .. options.PartnerAddresses];
        return new Snapshot(LogPoint.Zero, new Configuration([.. voters.Distinct(StringComparer.Ordinal)], []), state.Save());
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            Advance();
            while (await inputs.Reader.WaitToReadAsync())
            {
                for (var turn = 0; turn < InputsPerTurn && inputs.Reader.TryRead(out var input); turn++)
                {
                    Handle(input);
                }

                while (notices.TryDequeue(out var notice))
                {
                    Handle(notice);
                }

                Advance();
            }
        }
#pragma warning disable CA1031 // The edge of the loop: an impossible state stops this node, and the log says which.
        catch (Exception impossible)
#pragma warning restore CA1031
        {
            LogStopped(impossible);
            inputs.Writer.TryComplete();
        }

        GiveUpAll("the store has stopped");
    }

    private void Handle(NodeInput input)
    {
        // Each input has its own moment: one that came after another must not be taken for as old as that one.
        var now = Now();
        switch (input)
        {
            case NodeInput.PeerSaid said:
                Hear(said.From, said.Message, now);
                break;
            case NodeInput.Asked asked:
                Arrive(asked.Request, now);
                break;
            case NodeInput.PeerFound found:
                core.PeerFound(found.Peer.Address, now);
                identities[found.Peer.Address] = found.Peer.Identity;
                RegisterIdentities(now);
                SendAnew(found.Peer.Address);
                break;
            case NodeInput.Forgotten forgotten when !options.Join:
                throw new InvalidOperationException(
                    $"{forgotten.Peer} knows {options.SelfAddress} with another data directory. This one may lack votes and entries that were "
                    + "confirmed, so the node must not take part: bring the old directory back, or remove the member on another node and let "
                    + "it join anew (join: true)");
            case NodeInput.Forgotten:
                break;
            case NodeInput.PeerCalled called:
                links.ConnectNow(called.Address);
                break;
            case NodeInput.PeerLost lost:
                core.PeerLost(lost.Address, now);
                break;
            case NodeInput.BatchWritten written:
                SendAll(written.Batch.Messages);
                core.Persisted(written.Batch, now);
                break;
            case NodeInput.SnapshotWritten written:
                SnapshotDone(written.Point);
                break;
            case NodeInput.SnapshotFailed failed:
                isSnapshotUnderWay = false;
                LogSnapshotFailed(failed.Reason.Message);
                break;
            case NodeInput.DiskFailed failed:
                LogDiskFailed(failed.Reason.Message);
                core.DiskStalled(true, now);
                break;
            case NodeInput.DiskRecovered:
                LogDiskRecovered();
                core.DiskStalled(false, now);
                break;
            case NodeInput.Unsubscribed unsubscribed:
                watches.Unsubscribe(unsubscribed.Subscription);
                break;
            case NodeInput.HandOver:
                isHandingOver = core.TransferLeadership(null, now);
                break;
            default:
                break;
        }
    }

    /// <summary>Does what is due, carries out what the core wants, and sets the alarm for what comes next.</summary>
    private void Advance()
    {
        var now = Now();
        if (now >= core.NextDue)
        {
            core.Tick(now);
        }

        do
        {
            NoteReign(now);
            ExpireSessions(now);
            core.Take(output);
            CarryOut(now);
        }
        while (output.SnapshotsWanted.Count > 0 || (core.Role == RaftRole.Leader && ledTerm != core.Term));

        Sweep(now);
        Publish();
        Arm(now);
    }

    private void CarryOut(TimeSpan now)
    {
        if (output.Install is { } installed)
        {
            Install(installed);
        }

        SendAll(output.Messages);
        if (output.Persist is { } batch)
        {
            disk.Write(batch);
        }

        foreach (var entry in output.Committed)
        {
            Apply(entry, now);
        }

        foreach (var ticket in output.DroppedReads)
        {
            ReadDropped(ticket);
        }

        foreach (var read in output.ConfirmedReads)
        {
            ReadConfirmed(read);
        }

        RunWaiters();
        foreach (var peer in output.SnapshotsWanted)
        {
            core.SendSnapshot(peer, SnapshotOfNow(), now);
        }

        TakeSnapshotWhenDue();
    }

    private void SendAll(IReadOnlyList<RaftMessage> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            links.Send(messages[i].To, new PeerMessage.Consensus(messages[i]));
        }
    }

    private void Publish()
    {
        if (!ReferenceEquals(linkedConfiguration, core.Configuration))
        {
            linkedConfiguration = core.Configuration;
            if (!linkedConfiguration.Voters.IsEmpty)
            {
                links.Keep([.. linkedConfiguration.Members]);
            }
        }

        var old = status;
        var next = CurrentStatus();
        if (old != next)
        {
            status = next;
            if (old.Leader != next.Leader || old.Term != next.Term)
            {
                LogReign(next.Leader ?? "nobody", next.Term);
            }
        }

        if (isHandingOver && core.Role != RaftRole.Leader && core.Leader is not null)
        {
            handedOver.TrySetResult();
        }
    }

    private RaftStatus CurrentStatus() => new(
        options.SelfAddress,
        core.Role switch
        {
            RaftRole.Leader => RaftNodeRole.Leader,
            RaftRole.Follower => RaftNodeRole.Follower,
            _ => RaftNodeRole.Candidate,
        },
        core.Term,
        core.Leader,
        core.Commit,
        applied.Index,
        core.Configuration.Voters,
        core.Configuration.Learners);

    /// <summary>The alarm is left alone when it goes off early enough: most deadlines are put off before they come.</summary>
    private void Arm(TimeSpan now)
    {
        var due = core.NextDue;
        due = due < nextSweep ? due : nextSweep;
        due = core.Role != RaftRole.Leader || due < sessions.NextDue ? due : sessions.NextDue;
        if (hasGoneOff || armedFor <= now || due < armedFor)
        {
            hasGoneOff = false;
            armedFor = due;

            // Timers count whole milliseconds and round down, which would be too early.
            timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((due - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
    }

    private void GoOff()
    {
        hasGoneOff = true;
        Wake();
    }
}
