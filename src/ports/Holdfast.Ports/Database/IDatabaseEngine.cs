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
    /// engine made for members; an operator's own slots are left alone. False when some of that could not be done now.
    /// </summary>
    Task<bool> SetMemberSlotsAsync(ImmutableSortedDictionary<MemberName, LogPosition> members, CancellationToken cancellationToken);

    /// <summary>Takes up the cluster's dynamic configuration, JSON as the store holds it: writes files and reloads.</summary>
    Task ConfigureAsync(string dynamicConfiguration, CancellationToken cancellationToken);

    /// <summary>
    /// Kills every process of the database at once, without asking it. Callable from any thread, at any moment, and needs neither
    /// the loop nor the database to answer. Returns when all of them are dead (a zombie is dead).
    /// </summary>
    void Kill();
}
