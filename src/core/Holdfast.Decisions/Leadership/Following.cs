using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>What a member does while somebody else leads: stream from the leader, and get back to where it can.</summary>
internal static class Following
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StuckLimitLeast = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BackOffFirst = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan BackOffMost = TimeSpan.FromSeconds(30);
    private const int AttemptsMax = 3;

    public static Decision Decide(ClusterView view, LeaderLease lease)
    {
        var leader = view.Report(lease.Holder);
        return view switch
        {
            { Database.IsRunningReplica: true } => Running(view, lease, leader),
            { Database.Process: DatabaseProcess.Starting or DatabaseProcess.Stopping or DatabaseProcess.Running } =>
                new(Rule.WaitForDatabase, $"{lease.Holder} leads; the database here is between two states"),
            { Policy.IsPaused: true } => new(Rule.StayPaused, "the cluster is paused: a stopped database stays stopped"),
            { Database.Directory: DataDirectoryState.Valid } => Stopped(view, lease, leader),
            _ => Cloning(view, lease, leader, Rule.Clone, "there is no database here yet"),
        };
    }

    /// <summary>What an operator asked of a member that does not lead; null while the database is between two states.</summary>
    public static Decision? Requested(ClusterView view, OperatorRequest request) => (request, view.Database) switch
    {
        (OperatorRequest.Restart, { Process: DatabaseProcess.Running }) =>
            new(Rule.RestartOnRequest, "an operator asked for a restart",
                new HaAction.Begin(new DatabaseWork.Restart()), new HaAction.AcceptRequest(request.Number)),

        (OperatorRequest.Restart, { IsDown: true, Directory: DataDirectoryState.Valid }) =>
            new(Rule.RestartOnRequest, "an operator asked for a restart, and the database is down",
                new HaAction.Begin(new DatabaseWork.StartReplica(Upstreams.ToFollow(view, view.Report(view.OthersLease!.Holder)))),
                new HaAction.AcceptRequest(request.Number)),

        (OperatorRequest.Reinitialize, { Process: DatabaseProcess.Running }) =>
            new(Rule.ReinitializeOnRequest, "an operator asked to clone this member anew; its database stops first",
                new HaAction.Begin(new DatabaseWork.Stop(StopBudget))),

        (OperatorRequest.Reinitialize, { IsDown: true }) when MustKeep(view) is { } why =>
            new(Rule.KeepDirectory, $"an operator asked to clone this member anew; {why}"),

        (OperatorRequest.Reinitialize, { IsDown: true })
            when view.Report(view.OthersLease!.Holder) is { Role: DatabaseRole.Primary } leader && Upstreams.ToClone(view, leader) is { } source =>
            new(Rule.ReinitializeOnRequest, "an operator asked to clone this member anew",
                new HaAction.Begin(new DatabaseWork.CloneFrom(source)), new HaAction.AcceptRequest(request.Number)),

        _ => null,
    };

    /// <summary>Until when a kind of job that failed is not tried again; null when it may be tried now.</summary>
    public static TimeSpan? BackOff(ClusterView view, params ReadOnlySpan<DatabaseJobKind> kinds)
    {
        if (view.Memory.LastFailure is not { } failure || !kinds.Contains(failure.Kind))
        {
            return null;
        }

        var wait = BackOffFirst * Math.Pow(2, Math.Min(failure.Count - 1, 10));
        var until = failure.At + (wait < BackOffMost ? wait : BackOffMost);
        return view.Now < until ? until : null;
    }

    /// <summary>
    /// A replica that lacks log takes no connections before it has it from somebody, so it is told whom to follow while it starts.
    /// A rewound one needs what its source had then; when that source has lost the lease meanwhile, it may be gone for good.
    /// </summary>
    public static Decision? WhileStarting(ClusterView view, LeaderLease lease)
    {
        if (view.Database is not { Process: DatabaseProcess.Starting, Role: DatabaseRole.Replica } || view.Database.IsDoing(DatabaseJobKind.Stop))
        {
            return null;
        }

        if (Upstreams.ToFollow(view, view.Report(lease.Holder)) is { } upstream && view.Database.Upstream != upstream)
        {
            return new(Rule.FollowLeader, $"{lease.Holder} leads; this replica follows {upstream.Member} while it starts", new HaAction.Follow(upstream));
        }

        return view.Memory is { RewoundAt: { } rewound, LeaderChangedAt: { } changed } && changed > rewound
            && IsPrimary(view.Report(lease.Holder)) && IsStuck(view)
                ? new(Rule.StopDiverged,
                    "this member was rewound onto one that leads no more, and does not become consistent: it stops to be cloned",
                    new HaAction.Begin(new DatabaseWork.Stop(StopBudget)))
                : null;
    }

    /// <summary>This member wrote past the point where the leader's history left its timeline.</summary>
    public static bool IsDiverged(ClusterView view, Timeline? timeline, LogPosition position) =>
        view.Store.History.FirstOrDefault(change => change.Timeline == timeline) is { } fork && position > fork.Position;

    private static Decision Running(ClusterView view, LeaderLease lease, MemberReport? leader) => view switch
    {
        _ when IsDiverged(view, view.Database.Timeline, view.Database.Position) && IsPrimary(leader) =>
            new(Rule.StopDiverged,
                $"this replica has log that {lease.Holder}'s history does not have: it stops to be rewound",
                new HaAction.Begin(new DatabaseWork.Stop(StopBudget))),

        _ when Upstreams.ToFollow(view, leader) is { } upstream && view.Database.Upstream != upstream =>
            new(Rule.FollowLeader, $"{lease.Holder} leads; this replica follows {upstream.Member}", new HaAction.Follow(upstream)),

        _ when IsPrimary(leader) && IsStuck(view) && !HasTriedEverything(view) =>
            new(Rule.StopDiverged,
                $"this replica has not been able to stream for {Words.Seconds(view.Now - view.Memory.NotStreamingSince!.Value)}: it stops to be rewound or cloned",
                new HaAction.Begin(new DatabaseWork.Stop(StopBudget))),

        { Database.IsStreaming: true } => new(Rule.KeepFollowing, $"no action. I am ({view.Self}), a secondary, and following a leader ({lease.Holder})"),

        _ => new(Rule.KeepFollowing, $"{lease.Holder} leads; this replica is not streaming yet"),
    };

    /// <summary>The way back of a stopped database, shortest first: just start, rewind and start, clone.</summary>
    private static Decision Stopped(ClusterView view, LeaderLease lease, MemberReport? leader) => view.Database.Control switch
    {
        null => new(Rule.WaitForDatabase, "the state of the stopped database is not known yet"),

        _ when BackOff(view, DatabaseJobKind.StartReplica, DatabaseJobKind.Rewind, DatabaseJobKind.Clone) is { } until =>
            new(Rule.RetryLater, $"{Words.Of(view.Memory.LastFailure!.Kind)} failed: {view.Memory.LastFailure.Reason}; "
                + $"the next attempt is in {Words.Seconds(until - view.Now)}"),

        { WasPrimary: false } when (!IsStuck(view) || HasTriedEverything(view)) && !IsDiverged(view, view.Database.Control.Timeline, view.Database.Control.Checkpoint)
            && !(view.Memory.Reached is { } reached && IsDiverged(view, reached.Timeline, reached.Position)) && !HasFailedTo(view, DatabaseJobKind.StartReplica) =>
            Start(view, leader, $"{lease.Holder} leads; this replica starts"),

        _ when !IsPrimary(leader) => new(Rule.WaitForLeader, $"{lease.Holder} holds the lease and is no primary yet"),

        _ when view.Memory.RewoundAt is { } rewound && view.Now - rewound < StuckLimit(view) && !HasFailedTo(view, DatabaseJobKind.StartReplica) =>
            Start(view, leader, $"{lease.Holder} leads; this member was rewound and starts"),

        { WasPrimary: true, WasShutDownCleanly: true } control
            when view.Store.History.FirstOrDefault(change => change.Timeline == control.Timeline) is { } fork
                && control.Checkpoint < fork.Position && !HasFailedTo(view, DatabaseJobKind.StartReplica) && !IsStuck(view) =>
            Start(view, leader, $"{lease.Holder} leads; this member had stopped cleanly before that and starts as a replica"),

        _ when !view.Policy.UsesRewind => Cloning(view, lease, leader, Rule.CloneInsteadOfRewind, "rewinding is switched off"),

        _ when HasFailedTo(view, DatabaseJobKind.Rewind) =>
            Cloning(view, lease, leader, Rule.CloneInsteadOfRewind, $"the rewind failed: {view.Memory.LastFailure!.Reason}"),

        _ when view.Memory.RewoundAt is not null =>
            Cloning(view, lease, leader, Rule.CloneInsteadOfRewind, "this member was rewound and still cannot stream"),

        _ when leader is not { HasCheckpointedSincePromotion: true } =>
            new(Rule.AwaitLeaderCheckpoint, $"a rewind needs {lease.Holder}'s first checkpoint on its new timeline"),

        _ when Upstreams.Of(leader) is { } source =>
            new(Rule.Rewind, $"this member's log may have diverged from {lease.Holder}'s: it is rewound",
                new HaAction.Begin(new DatabaseWork.RewindTo(source))),

        _ => new(Rule.WaitForLeader, $"{lease.Holder} has published no address"),
    };

    private static Decision Start(ClusterView view, MemberReport? leader, string reason) =>
        new(Rule.StartFollowing, reason, new HaAction.Begin(new DatabaseWork.StartReplica(Upstreams.ToFollow(view, leader))));

    private static Decision Cloning(ClusterView view, LeaderLease lease, MemberReport? leader, Rule rule, string why) => view switch
    {
        _ when BackOff(view, DatabaseJobKind.Clone) is { } until =>
            new(Rule.RetryLater, $"the clone failed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        { Store.Initialization.SystemId: null } => new(Rule.WaitForInitialization, "the cluster has no system to clone yet"),

        _ when leader is null || !IsPrimary(leader) => new(Rule.WaitForLeader, $"{lease.Holder} holds the lease and is no primary yet"),

        _ when MustKeep(view) is { } keep => new(Rule.KeepDirectory, $"{why}, but {keep}"),

        _ when Upstreams.ToClone(view, leader) is { } source =>
            new(rule, $"{why}: it is cloned from {source.Member}", new HaAction.Begin(new DatabaseWork.CloneFrom(source))),

        _ => new(Rule.WaitForLeader, $"{lease.Holder} has published no address"),
    };

    /// <summary>
    /// Why the directory here may not be replaced now: on old knowledge this member may be the leader already, and while the store
    /// names it, its log may be the only one with all that was acknowledged. Null when it may.
    /// </summary>
    public static string? MustKeep(ClusterView view) => view switch
    {
        { Database.Directory: not DataDirectoryState.Valid } => null,
        _ when view.Now - view.Session.RenewedAt > view.Policy.TimeToLive =>
            "the store has not answered for so long that this member may lead without knowing",
        { Policy.SynchronousMode: not SynchronousMode.Off } when view.Store.Sync.HoldsEveryWrite(view.Self) =>
            "the store names this member as one that holds every acknowledged write",
        _ => null,
    };

    private static bool IsPrimary(MemberReport? leader) => leader is { Role: DatabaseRole.Primary, State: MemberState.Running };

    private static TimeSpan StuckLimit(ClusterView view) =>
        view.Policy.TimeToLive * 3 > StuckLimitLeast ? view.Policy.TimeToLive * 3 : StuckLimitLeast;

    /// <summary>
    /// A replica that cannot stream from a healthy leader for long, although it may, has lost its place in the leader's history.
    /// </summary>
    private static bool IsStuck(ClusterView view) =>
        view.Memory.NotStreamingSince is { } since
        && view.Now - Latest(since, view.Memory.RewoundAt, view.Memory.ClonedAt) > StuckLimit(view);

    private static bool HasTriedEverything(ClusterView view) => view.Memory.ClonedAt is not null;

    private static bool HasFailedTo(ClusterView view, DatabaseJobKind kind) =>
        view.Memory.LastFailure is { } failure && failure.Kind == kind && failure.Count >= AttemptsMax;

    private static TimeSpan Latest(TimeSpan first, TimeSpan? second, TimeSpan? third)
    {
        var latest = second > first ? second.Value : first;
        return third > latest ? third.Value : latest;
    }
}
