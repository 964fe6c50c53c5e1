using Holdfast.Model;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Database;

/// <summary>The server process over a data directory: it takes writes, flushes them, and acknowledges what enough standbys hold.</summary>
internal sealed class DatabaseServer(
    MemberName name,
    int place,
    Scheduler scheduler,
    SimRandom random,
    SimNetwork network,
    IClusterCheck check,
    Trace trace)
{
    private readonly Queue<PendingWrite> pending = new();
    private SyncSetting before = SyncSetting.None;
    private int settings;
    private int takenUpAt;
    private bool isFlushing;
    private bool isHung;

    public MemberName Name { get; } = name;

    public int Place { get; } = place;

    public DataDirectory Directory { get; } = new();

    /// <summary>The operating system's side of it: freezes and dies with the host.</summary>
    public SimProcess Process { get; private set; } = new(scheduler, random, name.Text);

    public DatabaseProcess State { get; private set; } = DatabaseProcess.Stopped;

    /// <summary>Grows whenever the process starts or ends: what an earlier one began comes to nothing.</summary>
    public int Life { get; private set; }

    public Replication Replication { get; private set; } = null!;

    /// <summary>What commits wait for now, and from which record on they surely do.</summary>
    public SyncSetting InForce { get; private set; } = SyncSetting.None;

    public int? EffectiveFrom { get; private set; }

    /// <summary>Says that something happened that the agent should look at.</summary>
    public Action Woken { get; set; } = static () => { };

    /// <summary>How likely a job fails by itself.</summary>
    public double JobsFail { get; set; }

    public long FreeDiskBytes { get; set; } = 10L << 30;

    public Sabotage Sabotage { get; init; }

    /// <summary>How much longer than usual the disk takes.</summary>
    public double Slowness { get; set; } = 1;

    public bool IsPrimary => !Directory.IsStandby;

    public bool AcceptsWrites => State == DatabaseProcess.Running && IsPrimary;

    public bool IsRunning => State == DatabaseProcess.Running;

    public bool IsAlive => State is DatabaseProcess.Running or DatabaseProcess.Starting or DatabaseProcess.Stopping;

    public void Connect(IReadOnlyList<DatabaseServer> all) => Replication = new Replication(this, all, scheduler, random, network, check, trace);

    /// <summary>The host came up again: nothing of the earlier processes is left.</summary>
    public void Reboot()
    {
        isHung = false;
        Process = new SimProcess(scheduler, random, Name.Text);
    }

    public TimeSpan DiskTime() => random.Milliseconds(0.1, 2) * Slowness;

    /// <summary>A client's write; the answer is called at most once, when it is acknowledged or refused.</summary>
    public void Write(int write, Action<bool> answer)
    {
        if (!AcceptsWrites)
        {
            answer(false);
            return;
        }

        Append(write);
        pending.Enqueue(new PendingWrite(write, Directory.Log.Count, answer));
        Flush();
    }

    /// <summary>The process begins; a replica recovers until its log is consistent, however long that takes.</summary>
    public void BeginStart(bool asStandby)
    {
        Life++;
        Directory.IsStandby = asStandby;
        State = DatabaseProcess.Starting;
        Directory.Truncate(Directory.Flushed);
    }

    /// <summary>Its own log is replayed: a replica asks for more, and takes connections once it has enough.</summary>
    public void FinishRecovery()
    {
        if (Directory.IsStandby)
        {
            Replication.StartReceiving();
        }

        LogHasGrown();
    }

    public void LogHasGrown()
    {
        if (State == DatabaseProcess.Starting && (Directory.Flushed >= Directory.ConsistentFrom || IsPrimary))
        {
            FinishStart();
        }
    }

    private void FinishStart()
    {
        var crashed = !Directory.WasStoppedCleanly;
        Directory.WasStoppedCleanly = false;
        State = DatabaseProcess.Running;
        if (IsPrimary)
        {
            if (crashed)
            {
                WriteCheckpoint();
            }

            AcceptWrites();
        }

        Woken();
    }

    /// <summary>A replica becomes a primary on a new timeline where its log ends.</summary>
    public void FinishPromotion()
    {
        Replication.StopReceiving();
        Directory.History.Add(new TimelineEnd(Directory.Timeline, Directory.Flushed));
        Directory.Truncate(Directory.Flushed);
        Directory.Timeline++;
        Directory.IsStandby = false;
        Append(-2);
        Directory.Flushed = Directory.Log.Count;
        AcceptWrites();
        Woken();
    }

    public void WriteCheckpoint()
    {
        Directory.Checkpoint = Directory.Log.Count;
        Directory.CheckpointTimeline = Directory.Timeline;
        Append(-1);
        Directory.Flushed = Directory.Log.Count;
        Replication.SendAll();
    }

    /// <summary>From here to the end of a polite stop: nothing new is taken, and what waits is given up without a word of success.</summary>
    public void BeginStop()
    {
        State = DatabaseProcess.Stopping;
        Replication.StopReceiving();
        GiveUpPending();
        if (IsPrimary)
        {
            Directory.Flushed = Directory.Log.Count;
            WriteCheckpoint();
        }
        else
        {
            NoteRestartPoint();
        }
    }

    public void FinishStop(bool cleanly)
    {
        End(DatabaseProcess.Stopped);
        Directory.WasStoppedCleanly = cleanly;
        Woken();
    }

    /// <summary>Every process is gone at once; what was not flushed is lost.</summary>
    public void Kill()
    {
        if (IsAlive)
        {
            Recover();
            End(DatabaseProcess.Crashed);
            Directory.WasStoppedCleanly = false;
            if (trace.IsOn)
            {
                trace.Add(Name.Text, $"database killed at {Directory.Flushed} on timeline {Directory.Timeline}");
            }

            Woken();
        }
    }

    /// <summary>It answers nobody, until it goes on or is killed.</summary>
    public void Hang()
    {
        if (!isHung && IsAlive)
        {
            isHung = true;
            Process.Freeze();
        }
    }

    public void Recover()
    {
        if (isHung)
        {
            isHung = false;
            Process.Thaw();
        }
    }

    public void SetSynchronous(SyncSetting wish)
    {
        var number = ++settings;
        Directory.Synchronous = wish with { EffectiveFrom = null };
        if (!AcceptsWrites)
        {
            return;
        }

        EffectiveFrom = Sabotage == Sabotage.DatabaseWaitsLaterThanItSays ? Directory.Flushed : null;
        var life = Life;
        Process.After(random.Milliseconds(1, random.Chance(0.1) ? 1500 : 120), () =>
        {
            if (life == Life && number == settings && AcceptsWrites)
            {
                TakeUp();
            }
        });
    }

    /// <summary>A new agent knows only that the setting holds from about now on.</summary>
    public void ForgetEffectiveFrom()
    {
        if (EffectiveFrom is not null)
        {
            EffectiveFrom = Directory.Log.Count;
        }
    }

    public void ReleaseCommits()
    {
        while (pending.TryPeek(out var write) && write.End <= Directory.Flushed && IsHeldByEnough(write))
        {
            pending.Dequeue();
            check.Acknowledged(this, write.Write, write.End);
            write.Answer(true);
        }
    }

    /// <summary>The standby counts among those that commits wait for now.</summary>
    public bool IsWaitedFor(MemberName standby) =>
        (Sabotage == Sabotage.DatabaseWaitsLaterThanItSays ? Directory.Synchronous : InForce).Standbys.Contains(standby);

    private void AcceptWrites()
    {
        InForce = Directory.Synchronous;
        before = InForce;
        takenUpAt = Directory.Flushed;
        EffectiveFrom = takenUpAt;
        check.AcceptsWrites(this);
        Replication.SendAll();
    }

    private void TakeUp()
    {
        before = InForce;
        InForce = Directory.Synchronous;
        takenUpAt = Directory.Log.Count;
        EffectiveFrom = takenUpAt;
        ReleaseCommits();
        Woken();
    }

    private void Append(int write) => Directory.Log.Add(new LogRecord(Directory.Timeline, write));

    private void Flush()
    {
        if (isFlushing)
        {
            return;
        }

        isFlushing = true;
        var life = Life;
        Process.After(DiskTime(), () =>
        {
            if (life != Life)
            {
                return;
            }

            isFlushing = false;
            var upTo = Directory.Log.Count;
            if (upTo > Directory.Flushed)
            {
                Directory.Flushed = upTo;
                Replication.SendAll();
                ReleaseCommits();
            }
        });
    }

    /// <summary>What was written before the setting changed may be acknowledged by either: the change reaches each session on its own.</summary>
    private bool IsHeldByEnough(in PendingWrite write) =>
        Sabotage == Sabotage.DatabaseDoesNotWait
        || IsHeldByEnough(InForce, write.End)
        || (write.End <= takenUpAt && IsHeldByEnough(before, write.End));

    private bool IsHeldByEnough(SyncSetting setting, int end)
    {
        if (setting.WaitsForAnybody)
        {
            return Replication.Any(end);
        }

        var holders = 0;
        var asked = 0;
        foreach (var standby in setting.Standbys)
        {
            if (asked == setting.Count)
            {
                break;
            }

            if (Replication.FlushedBy(standby) is { } flushed)
            {
                asked++;
                holders += flushed >= end ? 1 : 0;
            }
        }

        return holders >= setting.Count;
    }

    private void End(DatabaseProcess state)
    {
        Life++;
        isFlushing = false;
        State = state;
        EffectiveFrom = null;
        if (!IsPrimary)
        {
            NoteRestartPoint();
        }

        if (Sabotage == Sabotage.StandbysDoNotFlush && !IsPrimary)
        {
            Directory.Flushed = Math.Max(Math.Min(Directory.ConsistentFrom, Directory.Flushed), Directory.Flushed - 5);
        }

        Directory.Truncate(Directory.Flushed);
        GiveUpPending();
        Replication.ProcessEnded();
    }

    /// <summary>A replica's control file names the last checkpoint of the primary that it has replayed.</summary>
    private void NoteRestartPoint()
    {
        for (var index = Directory.Flushed - 1; index >= Directory.Checkpoint; index--)
        {
            if (Directory.Log[index].Write == -1)
            {
                Directory.Checkpoint = index;
                Directory.CheckpointTimeline = Directory.Log[index].Timeline;
                return;
            }
        }
    }

    private void GiveUpPending()
    {
        while (pending.TryDequeue(out var write))
        {
            write.Answer(false);
        }
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct PendingWrite(int Write, int End, Action<bool> Answer);
}
