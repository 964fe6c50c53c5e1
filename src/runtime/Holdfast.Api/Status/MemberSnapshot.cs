using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Api.Status;

/// <summary>
/// What this member knows, judged at the moment a request asks. The view's own clock reading is never the present: an agent
/// that was frozen and thawed must not call itself the primary because it was one before.
/// </summary>
internal sealed record MemberSnapshot(ClusterView? View, TimeSpan Now, TimeSpan ServingSince, DateTimeOffset UtcNow)
{
    private static readonly Policy PolicyBeforeTheFirstTurn = new();

    public static MemberSnapshot Take(IMemberControl control, TimeProvider time, TimeSpan servingSince)
    {
        // The view is taken before the clock is read, so that it can only look older than it is.
        var view = control.View;
        return new(view, time.GetElapsedTime(0), servingSince, time.GetUtcNow());
    }

    public Policy Policy => View?.Policy ?? PolicyBeforeTheFirstTurn;

    public TimeSpan ViewAge => Now - (View?.Now ?? ServingSince);

    /// <summary>The loop has not turned for so long that what it last saw of the database says nothing any more.</summary>
    public bool IsStale => View is null || ViewAge > 2 * Policy.TimeToLive;

    public bool StoreIsAway => View is not { Store.IsKnown: true } || Now - View.Store.ConfirmedAt > Policy.TimeToLive;

    public bool HoldsLease => View is { } view && (view with { Now = Now }).SelfHoldsLiveLease;

    /// <inheritdoc cref="ClusterView.ServesUntil"/>
    public TimeSpan? ServesUntil => View is { } view ? (view with { Now = Now }).ServesUntil : null;

    /// <summary>Nobody is seen to lead, or nothing can be seen.</summary>
    public bool IsUnlocked => StoreIsAway || View?.Store.Lease is null;

    public bool IsRunning => PatroniWords.State(this) == PatroniWords.Running;

    /// <summary>The database accepts writes by right; in a pause without the store by what it is, and in a group without the store by the group's word.</summary>
    public bool IsPrimary =>
        !IsStale
        && View is { Database.IsRunningPrimary: true }
        && (HoldsLease || IsPrimaryBesideTheLeader || (StoreIsAway && (Policy.IsPaused || View.Database.Group is { IsServing: true })));

    private bool IsPrimaryBesideTheLeader =>
        !StoreIsAway
        && View is { Store.Lease: { } lease, Database.Group: { IsServing: true, ServerId: { } server } } view
        && view.Report(lease.Holder)?.Group?.CountsAsPrimary(server) == true;

    public bool IsReplica => !IsStale && IsRunning && View is { Database.Role: DatabaseRole.Replica };

    public bool IsSynchronousStandby =>
        IsReplica && Policy.SynchronousMode != SynchronousMode.Off && View!.Store.Sync.Standbys.Contains(View.Self);

    /// <summary>The furthest position that any leader is known to have reached.</summary>
    public long LeaderPositionBytes => View?.Store.Status.LastPosition.Bytes ?? 0;
}
