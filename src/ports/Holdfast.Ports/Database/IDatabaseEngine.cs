using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Ports.Database;

/// <summary>
/// One database beside the agent. Long work is begun and then observed, one job at a time; short work is awaited. The engine
/// wakes its <see cref="IAgentSignal"/> whenever something happened that the agent should look at: the process ended, a job
/// made progress or ended, replication broke.
/// </summary>
public interface IDatabaseEngine : IAsyncDisposable
{
    /// <summary>
    /// Looks at the database. A database that is down or does not answer is data, not an exception; the answer comes within
    /// the engine's own query time-out.
    /// </summary>
    Task<DatabaseView> ObserveAsync(CancellationToken cancellationToken);

    /// <summary>Begins a job and returns at once. A job that runs already is cancelled first when the new one is a stop.</summary>
    /// <exception cref="InvalidOperationException">Another job runs, and this is no stop.</exception>
    void Begin(DatabaseWork work);

    /// <summary>Asks the running job to end early; the view shows when it did.</summary>
    void CancelJob();

    /// <summary>
    /// Points a replica at a new upstream, or at none. On a running replica it takes effect without a restart where the version can.
    /// </summary>
    Task FollowAsync(Upstream? upstream, CancellationToken cancellationToken);

    /// <summary>
    /// Sets what commits wait for. On a stopped database or a replica it is in force from the moment the database next accepts writes.
    /// </summary>
    Task SetSynchronousAsync(SyncSetting wish, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the replication slots for these members exist, advanced to what each has reached, and drops the other slots that the
    /// engine made for members; an operator's own slots are left alone.
    /// </summary>
    Task SetMemberSlotsAsync(ImmutableSortedDictionary<MemberName, LogPosition> members, CancellationToken cancellationToken);

    /// <summary>Takes up the cluster's dynamic configuration, JSON as the store holds it: writes files and reloads.</summary>
    Task ConfigureAsync(string dynamicConfiguration, CancellationToken cancellationToken);

    /// <summary>
    /// Kills every process of the database at once, without asking it. Callable from any thread, at any moment, and needs neither
    /// the loop nor the database to answer. Returns when all of them are dead (a zombie is dead).
    /// </summary>
    void Kill();
}

/// <summary>The closed family of jobs.</summary>
public abstract record DatabaseWork
{
    private DatabaseWork()
    {
    }

    /// <summary>Makes a new, empty system and leaves it running as a primary, ready for replicas.</summary>
    public sealed record Bootstrap : DatabaseWork;

    /// <summary>
    /// Copies the source's system into the data directory and leaves it stopped, ready to start as a replica. What was in the
    /// directory is set aside under another name first; the disk must have room for it before anything is touched.
    /// </summary>
    public sealed record CloneFrom(Upstream Source) : DatabaseWork;

    /// <summary>Brings a stopped, diverged system back onto the source's history and leaves it stopped.</summary>
    public sealed record RewindTo(Upstream Source) : DatabaseWork;

    /// <summary>Starts as a primary, recovering in place if it crashed.</summary>
    public sealed record StartPrimary : DatabaseWork;

    /// <summary>Starts as a replica of the upstream, or of nobody.</summary>
    public sealed record StartReplica(Upstream? Upstream) : DatabaseWork;

    /// <summary>Stops: politely (clients are cut, everything is flushed and sent to replicas), then by force after the budget.</summary>
    public sealed record Stop(TimeSpan PoliteBudget) : DatabaseWork;

    /// <summary>Stops and starts again in the role it has.</summary>
    public sealed record Restart : DatabaseWork;

    /// <summary>Turns a running replica into a primary, within the limit.</summary>
    public sealed record Promote(TimeSpan Limit) : DatabaseWork;

    /// <summary>Flushes everything; done before a switchover so that the stop is short, and after a promotion so that others can rewind.</summary>
    public sealed record Checkpoint : DatabaseWork;
}
