using Holdfast.Agent.Loop;
using Holdfast.Model;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Database;

/// <summary>The long work on one server: one job at a time, each taking a while, and some of them failing.</summary>
internal sealed class ServerJobs(DatabaseServer server, IReadOnlyList<DatabaseServer> all, AgentSignal signal, SimParts parts)
{
    private readonly SimRandom random = parts.Random;
    private readonly Scheduler scheduler = parts.Scheduler;
    private readonly SimNetwork network = parts.Network;
    private readonly Trace trace = parts.Trace;
    private bool isAbandoned;
    private long numbers;
    private int lifeOfJob;

    public DatabaseJob? Current { get; private set; }

    private bool IsBusy => Current is { State: JobState.Running, Kind: not DatabaseJobKind.Checkpoint };

    public void Begin(DatabaseWork work)
    {
        if (IsBusy && work is not DatabaseWork.Stop)
        {
            throw new InvalidOperationException($"{work} was begun while {Current!.Kind} runs.");
        }

        if (trace.IsOn)
        {
            trace.Add(server.Name.Text, $"begins {work}");
        }

        var number = ++numbers;
        Current = new DatabaseJob(number, KindOf(work), JobState.Running, scheduler.Now, null, "begins");
        lifeOfJob = server.Life;
        switch (work)
        {
            case DatabaseWork.Bootstrap:
                server.Directory.State = DataDirectoryState.Unfinished;
                After(number, random.Seconds(0.3, 2), () => Bootstrap(number));
                break;
            case DatabaseWork.CloneFrom clone:
                Clone(number, Find(clone.Source));
                break;
            case DatabaseWork.RewindTo rewind:
                Rewind(number, Find(rewind.Source));
                break;
            case DatabaseWork.StartPrimary:
                Start(number, asStandby: false);
                break;
            case DatabaseWork.StartReplica start:
                server.Directory.Upstream = start.Upstream;
                Start(number, asStandby: true);
                break;
            case DatabaseWork.Stop stop:
                Stop(number, stop.PoliteBudget, () => End(number, JobState.Succeeded, "stopped"));
                break;
            case DatabaseWork.Restart:
                Stop(number, TimeSpan.FromSeconds(60), () => Start(number, server.Directory.IsStandby));
                break;
            case DatabaseWork.Promote promote:
                Promote(number, promote.Limit);
                break;
            default:
                After(number, random.Milliseconds(5, 400) * server.Slowness, () => Checkpoint(number));
                break;
        }
    }

    public void Cancel()
    {
        if (Current is { State: JobState.Running } job)
        {
            End(job.Number, JobState.Cancelled, "cancelled");
        }
    }

    public void Abandon() => isAbandoned = true;

    /// <summary>The process has ended under a job that needs it.</summary>
    public void NoteEnd()
    {
        if (Current is { State: JobState.Running } job && !server.IsAlive && server.Life != lifeOfJob)
        {
            if (job.Kind is DatabaseJobKind.StartPrimary or DatabaseJobKind.StartReplica or DatabaseJobKind.Promote
                or DatabaseJobKind.Checkpoint or DatabaseJobKind.Bootstrap or DatabaseJobKind.Restart)
            {
                End(job.Number, JobState.Failed, "the database ended meanwhile");
            }
            else if (job.Kind is DatabaseJobKind.Stop)
            {
                End(job.Number, JobState.Succeeded, "ended");
            }
        }
        else if (Current is { State: JobState.Running, Kind: DatabaseJobKind.StartPrimary or DatabaseJobKind.StartReplica or DatabaseJobKind.Restart } start
            && server.IsRunning && server.Life == lifeOfJob)
        {
            End(start.Number, JobState.Succeeded, "accepts connections");
        }
    }

    private static DatabaseJobKind KindOf(DatabaseWork work) => work switch
    {
        DatabaseWork.Bootstrap => DatabaseJobKind.Bootstrap,
        DatabaseWork.CloneFrom => DatabaseJobKind.Clone,
        DatabaseWork.RewindTo => DatabaseJobKind.Rewind,
        DatabaseWork.StartPrimary => DatabaseJobKind.StartPrimary,
        DatabaseWork.StartReplica => DatabaseJobKind.StartReplica,
        DatabaseWork.Stop => DatabaseJobKind.Stop,
        DatabaseWork.Restart => DatabaseJobKind.Restart,
        DatabaseWork.Promote => DatabaseJobKind.Promote,
        _ => DatabaseJobKind.Checkpoint,
    };

    private DatabaseServer Find(Upstream upstream) => all.First(other => other.Name == upstream.Member);

    private bool Fails() => random.Chance(server.JobsFail);

    private bool IsCurrent(long number) => Current is { State: JobState.Running } job && job.Number == number;

    private void After(long number, TimeSpan delay, Action action) => server.Process.After(delay, () =>
    {
        if (IsCurrent(number) && !isAbandoned)
        {
            action();
        }
    });

    private void End(long number, JobState state, string progress)
    {
        if (!IsCurrent(number))
        {
            return;
        }

        Current = Current! with { State = state, EndedAt = scheduler.Now, Progress = progress };
        if (trace.IsOn)
        {
            trace.Add(server.Name.Text, $"{Current.Kind} {state}: {progress}");
        }

        signal.Wake();
    }

    private void Bootstrap(long number)
    {
        if (Fails())
        {
            End(number, JobState.Failed, "initdb failed");
            return;
        }

        var directory = server.Directory;
        directory.CopyFrom(new DataDirectory { SystemId = $"system of {server.Name} at {scheduler.Now.Ticks}" }, 0);
        directory.Log.Add(new LogRecord(1, -1));
        directory.Flushed = 1;
        directory.WasStoppedCleanly = true;
        lifeOfJob = server.Life + 1;
        server.BeginStart(asStandby: false);
        server.FinishRecovery();
        End(number, JobState.Succeeded, "the first database runs");
    }

    private bool IsUsable(DatabaseServer source) =>
        source != server && source.IsRunning && !source.Process.IsFrozen && !source.Process.IsDead && network.AreConnected(server.Place, source.Place);

    private void Clone(long number, DatabaseServer source)
    {
        server.Directory.State = DataDirectoryState.Unfinished;
        After(number, random.Seconds(0.3, 4), () =>
        {
            if (!IsUsable(source) || Fails())
            {
                End(number, JobState.Failed, "the source went away");
                return;
            }

            server.Directory.CopyFrom(source.Directory, source.Directory.Flushed);
            End(number, JobState.Succeeded, $"cloned up to {server.Directory.Flushed}");
        });
    }

    private void Rewind(long number, DatabaseServer source)
    {
        if (!IsUsable(source) || source.Directory.IsStandby)
        {
            After(number, random.Milliseconds(10, 100), () => End(number, JobState.Failed, "the source is no primary that can be reached"));
            return;
        }

        server.Directory.State = DataDirectoryState.Unfinished;
        After(number, random.Seconds(0.2, 3), () =>
        {
            if (!IsUsable(source) || source.Directory.IsStandby || Fails())
            {
                End(number, JobState.Failed, "the source went away");
                return;
            }

            RewindNow(source.Directory);
            End(number, JobState.Succeeded, $"rewound to {server.Directory.Flushed}");
        });
    }

    /// <summary>The tool looks at the timelines of both control files, and changes nothing where they are the same.</summary>
    private void RewindNow(DataDirectory source)
    {
        var own = server.Directory;
        own.State = DataDirectoryState.Valid;
        own.IsStandby = true;
        if (own.Timeline == source.CheckpointTimeline)
        {
            return;
        }

        var common = 0;
        var chain = source.History;
        for (var index = 0; index < chain.Count; index++)
        {
            var timeline = chain[index].Timeline;
            if (timeline == own.Timeline || own.EndOf(timeline) is not null)
            {
                common = Math.Min(chain[index].Records, own.EndOf(timeline) ?? own.Flushed);
                own.History = [.. chain.Take(index)];
                own.CheckpointTimeline = timeline;
            }
        }

        own.Timeline = own.CheckpointTimeline;
        own.Log = own.Log.GetRange(0, Math.Min(common, own.Log.Count));
        own.Flushed = own.Log.Count;
        own.Checkpoint = Math.Min(own.Checkpoint, own.Flushed);
        own.ConsistentFrom = source.Flushed;
        own.WasStoppedCleanly = false;
    }

    private void Start(long number, bool asStandby)
    {
        if (server.IsAlive)
        {
            // It runs already, in whatever role: the job is done when that one takes connections.
            lifeOfJob = server.Life;
            After(number, TimeSpan.FromMilliseconds(1), NoteEnd);
            return;
        }

        server.BeginStart(asStandby);
        lifeOfJob = server.Life;
        var fails = Fails();
        var life = server.Life;

        // The server goes on by itself, whatever becomes of the agent.
        server.Process.After(random.Chance(0.1) ? random.Seconds(0.5, 6) : random.Milliseconds(40, 400), () =>
        {
            if (server.Life != life || server.State != DatabaseProcess.Starting)
            {
                return;
            }

            if (fails)
            {
                server.Kill();
                return;
            }

            server.FinishRecovery();
        });
    }

    private void Stop(long number, TimeSpan budget, Action then)
    {
        if (!server.IsAlive)
        {
            After(number, TimeSpan.Zero, then);
            return;
        }

        var life = server.Life;
        if (server.State != DatabaseProcess.Running)
        {
            server.Process.After(random.Milliseconds(5, 50), () => FinishStop(life, cleanly: false, number, then));
            return;
        }

        server.BeginStop();
        var until = scheduler.Now + budget;
        server.Process.After(random.Milliseconds(5, 200), () => FinishStopWhenSent(life, until, number, then));
    }

    /// <summary>A primary leaves when every standby that is connected has everything, or when it is forced to.</summary>
    private void FinishStopWhenSent(int life, TimeSpan until, long number, Action then)
    {
        if (server.Life != life)
        {
            return;
        }

        if (server.Directory.IsStandby || server.Replication.HasSentEverything)
        {
            FinishStop(life, cleanly: true, number, then);
        }
        else if (scheduler.Now >= until && !isAbandoned)
        {
            FinishStop(life, random.Chance(0.5), number, then);
        }
        else
        {
            server.Process.After(TimeSpan.FromMilliseconds(20), () => FinishStopWhenSent(life, until, number, then));
        }
    }

    private void FinishStop(int life, bool cleanly, long number, Action then)
    {
        if (server.Life != life)
        {
            return;
        }

        var current = IsCurrent(number) && !isAbandoned;
        lifeOfJob = life + 1;
        server.FinishStop(cleanly);
        if (current)
        {
            then();
        }
    }

    private void Promote(long number, TimeSpan limit)
    {
        if (!server.IsRunning || !server.Directory.IsStandby)
        {
            After(number, TimeSpan.FromMilliseconds(1), () => End(number, JobState.Failed, "only a running replica can be promoted"));
            return;
        }

        var life = server.Life;
        server.Replication.StopReceiving();
        if (Fails())
        {
            After(number, random.Milliseconds(5, 500), () => End(number, JobState.Failed, "the promotion failed"));
            return;
        }

        // One that takes too long is given up, and may come to its end all the same.
        var takes = random.Chance(0.04) && limit < TimeSpan.FromSeconds(60) ? limit + random.Seconds(0, 5) : random.Milliseconds(10, random.Chance(0.1) ? 3000 : 300);
        if (takes > limit)
        {
            After(number, limit, () => End(number, JobState.Failed, "the promotion did not end within its limit"));
        }

        server.Process.After(takes, () =>
        {
            if (server.Life != life || !server.IsRunning)
            {
                return;
            }

            // What an agent began that died meanwhile may have promoted it already.
            if (server.Directory.IsStandby)
            {
                server.FinishPromotion();
            }

            End(number, JobState.Succeeded, "promoted");
        });
    }

    private void Checkpoint(long number)
    {
        if (!server.AcceptsWrites)
        {
            End(number, JobState.Failed, "no primary to checkpoint");
            return;
        }

        server.WriteCheckpoint();
        server.ReleaseCommits();
        End(number, JobState.Succeeded, "done");
    }
}
