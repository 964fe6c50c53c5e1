using System.Collections.Immutable;
using Holdfast.Agent.Loop;
using Holdfast.Model;
using Holdfast.Ports.Database;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Database;

/// <summary>A database engine over a simulated server, for one life of its agent.</summary>
internal sealed class SimEngine : IDatabaseEngine
{
    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(1);
    private readonly DatabaseServer server;
    private readonly ServerJobs jobs;
    private readonly SimProcess agent;
    private readonly Scheduler scheduler;
    private readonly SimRandom random;
    private readonly ClusterCheck check;
    private DatabaseView? last;

    public SimEngine(
        DatabaseServer server,
        IReadOnlyList<DatabaseServer> all,
        SimProcess agent,
        AgentSignal signal,
        SimParts parts)
    {
        this.server = server;
        this.agent = agent;
        scheduler = parts.Scheduler;
        random = parts.Random;
        check = parts.Check;
        jobs = new ServerJobs(server, all, signal, parts);
        server.Woken = () =>
        {
            jobs.NoteEnd();
            signal.Wake();
        };
        server.ForgetEffectiveFrom();
    }

    public async Task<DatabaseView> ObserveAsync(CancellationToken cancellationToken)
    {
        if (server.Process.IsFrozen)
        {
            await DelayAsync(QueryLimit);
        }
        else if (random.Chance(0.3))
        {
            await DelayAsync(random.Milliseconds(0.2, 4) * server.Slowness);
        }

        return last = server.Process.IsFrozen ? Silent() : Look();
    }

    public void Begin(DatabaseWork work)
    {
        check.Begins(server, work);
        jobs.Begin(work);
    }

    public void CancelJob() => jobs.Cancel();

    public async Task FollowAsync(Upstream? upstream, CancellationToken cancellationToken)
    {
        await DelayAsync(random.Milliseconds(0.5, 10));
        server.Directory.Upstream = upstream;
        if (server.IsAlive && !server.IsPrimary)
        {
            server.Replication.StartReceiving();
        }
    }

    public async Task SetSynchronousAsync(SyncSetting wish, CancellationToken cancellationToken)
    {
        await DelayAsync(random.Milliseconds(0.5, 10));
        server.SetSynchronous(wish);
    }

    public async Task<bool> SetMemberSlotsAsync(ImmutableSortedDictionary<MemberName, LogPosition> members, CancellationToken cancellationToken)
    {
        await DelayAsync(random.Milliseconds(0.5, 5));
        if (!server.IsRunning || random.Chance(server.JobsFail))
        {
            return false;
        }

        server.Directory.Slots = [.. members.Keys];
        return true;
    }

    public Task ConfigureAsync(string dynamicConfiguration, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Kill() => server.Kill();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The agent is dead: what its children were doing to the data directory stays half done.</summary>
    public void Abandon()
    {
        jobs.Abandon();
        server.Woken = static () => { };
    }

    private Task DelayAsync(TimeSpan delay)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scheduler.At(scheduler.Now + delay, new Work(agent, static state => ((TaskCompletionSource)state!).TrySetResult(), source));
        return source.Task;
    }

    private DatabaseView Silent() =>
        (last ?? Look()) with { IsResponsive = false, Process = Shown(), Standbys = [], IsStreaming = false, Job = jobs.Current };

    private DatabaseProcess Shown() => jobs.Current is { State: JobState.Running, Kind: DatabaseJobKind.Stop or DatabaseJobKind.Restart } && server.IsAlive
        ? DatabaseProcess.Stopping
        : server.State;

    private DatabaseView Look()
    {
        var directory = server.Directory;
        var running = server.IsRunning;
        var down = !server.IsAlive;
        var valid = directory.State == DataDirectoryState.Valid;
        return new DatabaseView
        {
            Directory = directory.State,
            Process = Shown(),
            IsResponsive = running,
            Role = down ? DatabaseRole.Unknown : server.IsPrimary ? DatabaseRole.Primary : DatabaseRole.Replica,
            SystemId = valid ? directory.SystemId : null,
            ServerVersion = 170002,
            Timeline = valid ? new Timeline(directory.Timeline) : null,
            Position = DataDirectory.Position(down ? directory.Checkpoint : directory.Flushed),
            ReplayPosition = DataDirectory.Position(down ? directory.Checkpoint : directory.Flushed),
            Upstream = directory.IsStandby ? directory.Upstream : null,
            IsStreaming = running && server.Replication.IsReceiving,
            Standbys = running ? server.Replication.Standbys : [],
            Synchronous = directory.Synchronous with
            {
                EffectiveFrom = server.EffectiveFrom is { } from ? DataDirectory.Position(from) : null,
            },
            Job = jobs.Current,
            Control = down && valid
                ? new ControlState(directory.WasStoppedCleanly, !directory.IsStandby, DataDirectory.Position(directory.Checkpoint), new Timeline(directory.CheckpointTimeline))
                : null,
            Disk = new DiskSpace(server.FreeDiskBytes, 20L << 30, 1L << 30),
            HasCheckpointedSincePromotion = directory.CheckpointTimeline == directory.Timeline,
            Slots = [.. server.Directory.Slots.Select(slot => slot.Text)],
            History = server.AcceptsWrites
                ? [.. directory.History.Select(end => new TimelineChange(new Timeline(end.Timeline), DataDirectory.Position(end.Records), "no recovery target specified", null, null))]
                : [],
        };
    }
}
