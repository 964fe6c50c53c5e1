using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>
/// A planned change of leader: make the candidate synchronous where that mode is on, flush, stop (which sends the last byte to
/// every connected standby), then hand the lease over together with the position that the candidate must have reached.
/// </summary>
internal static class Switchover
{
    private static readonly TimeSpan PoliteBudget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(60);

    public static bool IsForUs(ClusterView view, SwitchoverRequest request) =>
        (request.From is null || request.From == view.Self) && request.To != view.Self && IsDue(view, request);

    public static Decision Decide(ClusterView view, SwitchoverRequest request) => request switch
    {
        { From: { } from } when from != view.Self => Reject(request, $"{from} does not lead any more"),

        _ when request.To == view.Self => Reject(request, "this member leads already"),

        { ScheduledAt: { } at } when !IsDue(view, request) =>
            new(Rule.AwaitSchedule, $"this member leads; a switchover is scheduled for {at:u}"),

        { ScheduledAt: { } at } when view.UtcNow - at > LatestStart && view.Memory.SwitchoverSeenAt is { } seen && view.Now - seen < LatestStart =>
            Reject(request, $"its time, {at:u}, has passed while nobody could act on it"),

        { To: null } when view.Policy.IsPaused => Reject(request, "in a paused cluster a candidate must be named"),

        { To: { } wished } when Candidates.ForSwitchover(view).All(report => report.Name != wished) =>
            Reject(request, $"{wished} cannot lead now"),

        _ when Candidate(view, request) is not { } candidate => Reject(request, "no member can lead now"),

        _ => Prepare(view, request, Candidate(view, request)!),
    };

    /// <summary>The primary has stopped cleanly: everything it acknowledged is below its last checkpoint.</summary>
    public static Decision AfterStop(ClusterView view, SwitchoverRequest request)
    {
        var final = view.Database.Control!.Checkpoint;
        return Candidate(view, request) is { Session: { } session } candidate && Candidates.MayHoldEveryWrite(view, candidate.Name)
            ? new(Rule.HandOverToCandidate,
                $"the primary has stopped cleanly; {candidate.Name} takes over",
                new HaAction.HandOver(view.Store.Lease!.Term, candidate.Name, session, view.Store.SyncRevision, final,
                    request with { From = view.Self, To = candidate.Name, FinalPosition = final }))
            : new(Rule.RevertSwitchover,
                "the candidate is gone: this member goes on leading",
                new HaAction.ClearSwitchover(request.Revision),
                new HaAction.Begin(new DatabaseWork.StartPrimary()));
    }

    /// <summary>Whom synchronous mode should prefer, so that the switchover may happen.</summary>
    public static MemberName? Preferred(ClusterView view) =>
        view.Store.Switchover is { } request && IsForUs(view, request) ? request.To : null;

    private static bool IsDue(ClusterView view, SwitchoverRequest request) =>
        request.ScheduledAt is not { } at || at <= view.UtcNow;

    private static MemberReport? Candidate(ClusterView view, SwitchoverRequest request) =>
        Candidates.ForSwitchover(view).FirstOrDefault(report => request.To is null || report.Name == request.To);

    private static Decision Prepare(ClusterView view, SwitchoverRequest request, MemberReport candidate)
    {
        var connection = view.Database.Standbys.FirstOrDefault(standby => standby.Member == candidate.Name);
        var waitsUntil = (view.Memory.SwitchoverSeenAt ?? view.Now) + (view.Policy.TimeToLive * 2) + view.Policy.RetryTimeout;

        return view switch
        {
            _ when view.Policy.SynchronousMode != SynchronousMode.Off && !view.Store.Sync.Standbys.Contains(candidate.Name) =>
                view.Now < waitsUntil
                    ? new(Rule.MakeCandidateSynchronous, $"{candidate.Name} becomes a synchronous standby first")
                    : Reject(request, $"{candidate.Name} did not become a synchronous standby in time"),

            _ when connection is not { IsStreaming: true } =>
                view.Now < waitsUntil
                    ? new(Rule.MakeCandidateSynchronous, $"{candidate.Name} is not streaming yet")
                    : Reject(request, $"{candidate.Name} does not stream from this member"),

            _ when view.Database.Position.BytesAheadOf(connection.FlushPosition) > view.Policy.MaximumLagOnFailoverBytes =>
                Reject(request, $"{candidate.Name} is {view.Database.Position.BytesAheadOf(connection.FlushPosition)} bytes behind, "
                    + $"more than maximum_lag_on_failover ({view.Policy.MaximumLagOnFailoverBytes})"),

            _ when view.Database.IsDoing(DatabaseJobKind.Checkpoint) =>
                new(Rule.CheckpointBeforeSwitchover, "a checkpoint makes the stop short"),

            _ when !HasCheckpointed(view) =>
                new(Rule.CheckpointBeforeSwitchover, "a checkpoint makes the stop short",
                    new HaAction.Begin(new DatabaseWork.Checkpoint())),

            _ when BusyRouters(view, request) is { Length: > 0 } routers =>
                new(Rule.DrainClients, $"clients' transactions end first, and pause then, at {string.Join(", ", routers.Select(router => router.Name))}"),

            _ => new(Rule.StopForSwitchover, $"{candidate.Name} takes over once the primary has stopped",
                new HaAction.Begin(new DatabaseWork.Stop(
                    view.Policy.PrimaryStopTimeout > TimeSpan.Zero ? view.Policy.PrimaryStopTimeout : PoliteBudget))),
        };
    }

    /// <summary>The request for which routers are to pause their clients now: everything else is ready, or the stop is due.</summary>
    public static Revision? DrainsFor(ClusterView view) =>
        view is { SelfHoldsLiveLease: true, Database.IsRunningPrimary: true, Store: { Switchover: { } request, Routers.IsEmpty: false } }
            && Decide(view, request).Rule is Rule.DrainClients or Rule.StopForSwitchover
            ? request.Revision
            : null;

    /// <summary>They have been asked, or are about to be, and their time is not over.</summary>
    private static RouterReport[] BusyRouters(ClusterView view, SwitchoverRequest request) =>
        view.Memory.DrainingSince is { } since && view.Now - since >= DrainLimit
            ? []
            : [.. view.Store.Routers.Where(router => router.DrainedFor != request.Revision)];

    private static bool HasCheckpointed(ClusterView view) =>
        view.Database.Job is { Kind: DatabaseJobKind.Checkpoint, State: not JobState.Running } job
        && view.Memory.SwitchoverSeenAt is { } seen
        && job.StartedAt >= seen;

    private static Decision Reject(SwitchoverRequest request, string why) =>
        new(Rule.RejectSwitchover, $"the switchover request is dropped: {why}", new HaAction.ClearSwitchover(request.Revision));
}
