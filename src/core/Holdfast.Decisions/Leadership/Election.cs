using Holdfast.Decisions.Approvals;
using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>What a member does while nobody leads: make the first system, start to compete, or take the lease if it is the best.</summary>
public static class Election
{
    /// <summary>A promotion writes log at once; with less room than this it would fail half way.</summary>
    public const long FreeBytesToLeadLeast = 64L * 1024 * 1024;

    public static Decision Decide(ClusterView view) => view switch
    {
        { PromisedTo: { } leader } =>
            new(Rule.PromisedToLeader, $"this member has promised {leader}, which has lost the store, not to lead for now"),

        _ when MakeFirstSystem(view) is { } decision => decision,

        { Database.Directory: not DataDirectoryState.Valid } =>
            new(Rule.WaitForLeader, "nobody leads, and there is no database here to lead with"),

        { Policy.IsPaused: true, Store.Switchover: null } =>
            new(Rule.StayPaused, "nobody leads, and the cluster is paused: nobody is promoted"),

        { Database.IsRunningReplica: true } => Compete(view),

        { Database.IsDown: false } => new(Rule.WaitForDatabase, "nobody leads; the database here is between two states"),

        _ when Following.BackOff(view, DatabaseJobKind.StartReplica, DatabaseJobKind.StartPrimary) is { } until =>
            new(Rule.RetryLater, $"the start failed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        _ => new(Rule.StartToCompete, "nobody leads: the database starts as a replica, so that its log can be compared",
            new HaAction.Begin(new DatabaseWork.StartReplica(null))),
    };

    /// <summary>What there is to do while the cluster has no system yet; null when it has one.</summary>
    internal static Decision? MakeFirstSystem(ClusterView view) => view.Store.Initialization switch
    {
        null => Initialize(view),
        { SystemId: null } claim when claim.Session == view.Session.Id => FirstSystem(view, claim),
        { SystemId: null } => new(Rule.WaitForInitialization, "another member makes the cluster's first database"),
        _ => null,
    };

    public static bool MayHoldEveryWrite(ClusterView view) => Candidates.MayHoldEveryWrite(view, view.Self);

    /// <summary>How long a candidate waits for the word of others that it cannot hear.</summary>
    public static TimeSpan Patience(Policy policy) => policy.RetryTimeout;

    /// <summary>How long a better candidate may hesitate before a worse one, still within the operator's bounds, goes ahead.</summary>
    public static TimeSpan LongPatience(Policy policy) => policy.TimeToLive * 3;

    private static Decision Initialize(ClusterView view) => view switch
    {
        { Database.Directory: DataDirectoryState.Valid, Database.SystemId: { } system, Database.Control.WasPrimary: true, Database.IsDown: true } =>
            new(Rule.AdoptSystem, "the cluster is new, and this member brings the database of an earlier one",
                new HaAction.CompleteInitialization(view.Session.Id!.Value, system, Revision.Absent)),

        { Database.Directory: DataDirectoryState.Valid } =>
            new(Rule.WaitForInitialization, "the cluster is new, and this member brings a replica: it waits for its primary"),

        { Tags.MayLead: false } => new(Rule.NotAllowedToLead, "the cluster is new, and this member is not allowed to lead it"),

        _ when Following.BackOff(view, DatabaseJobKind.Bootstrap) is { } until =>
            new(Rule.RetryLater, $"making the first database failed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        _ => new(Rule.ClaimInitialization, "the cluster is new: this member asks to make its first database",
            new HaAction.ClaimInitialization(view.Session.Id!.Value)),
    };

    private static Decision FirstSystem(ClusterView view, Initialization claim) => view switch
    {
        { Database: { IsRunningPrimary: true, IsResponsive: true, SystemId: { } system } } =>
            new(Rule.CompleteInitialization, "the first database is ready",
                new HaAction.CompleteInitialization(view.Session.Id!.Value, system, claim.Revision)),

        { Memory.LastFailure: { Kind: DatabaseJobKind.Bootstrap } failure } when Following.BackOff(view, DatabaseJobKind.Bootstrap) is not null =>
            new(Rule.AbandonInitialization, $"making the first database failed: {failure.Reason}",
                new HaAction.AbandonInitialization(claim.Revision)),

        { Database.Process: DatabaseProcess.Running or DatabaseProcess.Starting } =>
            new(Rule.WaitForDatabase, "the first database is about to answer"),

        { Database.Directory: DataDirectoryState.Valid or DataDirectoryState.Foreign } =>
            new(Rule.AbandonInitialization, "a database is here already, and it is down: it is not made anew but brought into the cluster",
                new HaAction.AbandonInitialization(claim.Revision)),

        _ => new(Rule.Bootstrap, "this member makes the cluster's first database",
            new HaAction.Begin(new DatabaseWork.Bootstrap())),
    };

    /// <summary>First what forbids this member to lead at all, then whether somebody else should, then the lease.</summary>
    private static Decision Compete(ClusterView view) => view switch
    {
        _ when view.OwnReport is not { } own || own.Revision < view.Store.LeaderlessSince =>
            new(Rule.AwaitReports, "nobody leads; the others are told this member's position first"),

        _ when Failsafe.MayHavePromised(view) =>
            new(Rule.PromisedToLeader, "this agent has just begun, and its earlier life may have promised a leader not to lead"),

        _ when Failsafe.IsLeftOut(view) =>
            new(Rule.NotInFailsafe, "this member is not on the failsafe list, so a leader may go on without having asked it"),

        { Tags.MayLead: false } =>
            new(Rule.NotAllowedToLead, "following a different leader because I am not allowed to promote"),

        { Database.IsResponsive: false } => new(Rule.WaitForDatabase, "nobody leads; the database here does not answer"),

        _ when view.Now < view.Memory.SitsOutUntil =>
            new(Rule.SitOut, $"this member failed to lead and sits out for {Words.Seconds(view.Memory.SitsOutUntil - view.Now)}"),

        { Database.Disk: { FreeBytes: < FreeBytesToLeadLeast } disk } =>
            new(Rule.ShortOfDisk, $"the disk has {disk.FreeBytes} bytes free, fewer than the {FreeBytesToLeadLeast} that leading needs"),

        _ when !MayHoldEveryWrite(view) =>
            new(Rule.NotSynchronous, $"synchronous mode is on, and only {Allowed(view)} may hold every acknowledged write"),

        _ when view.Store.History is [.., var last] && (view.Database.Timeline?.Number ?? 0) <= last.Timeline.Number =>
            new(Rule.BehindHistory, $"this member's timeline {view.Database.Timeline} ended; the cluster went on after it"),

        { Policy.SynchronousMode: SynchronousMode.Off } when LagBytes(view) > view.Policy.MaximumLagOnFailoverBytes =>
            new(Rule.TooFarBehind, $"this member is {LagBytes(view)} bytes behind the last known position, "
                + $"more than maximum_lag_on_failover ({view.Policy.MaximumLagOnFailoverBytes})"),

        { Store.Switchover: { To: { } wished } } when wished != view.Self && IsWithin(view, LongPatience(view.Policy))
            && view.Report(wished) is { } report && Candidates.CouldLead(report) && Candidates.MayHoldEveryWrite(view, wished) =>
            new(Rule.YieldToCandidate, $"an operator asked for {wished} to lead"),

        _ => CompareWithOthers(view),
    };

    private static Decision CompareWithOthers(ClusterView view)
    {
        var own = view.OwnReport;
        if (own is null || own.Revision < view.Store.LeaderlessSince || own.Position != view.Database.Position || own.Timeline != view.Database.Timeline)
        {
            return new(Rule.AwaitReports, "nobody leads; the others are told this member's position first");
        }

        if (view.Store.Switchover?.To == view.Self)
        {
            return Acquire(view, "nobody leads, and an operator asked for this member");
        }

        if (view.Others.FirstOrDefault(rival => IsWorthHearing(view, rival)) is { } silent)
        {
            return new(Rule.AwaitReports, $"nobody leads; {silent.Name} has not said yet how far its log goes");
        }

        var rivals = view.Others.Where(rival =>
            Candidates.CouldLead(rival) && !IsUnheard(view, rival) && Candidates.MayHoldEveryWrite(view, rival.Name));
        var better = ApprovalRules.Preferred(view, Candidates.Ranked(rivals.Append(own)));
        return better.Name != view.Self && IsWithin(view, LongPatience(view.Policy))
            ? new(Rule.YieldToBetter, Compared(better, own))
            : Acquire(view, "nobody leads, and no living member holds more than this one");
    }

    /// <summary>
    /// A lease that was not given away has ended because its holder is gone, or because the store broke its word. Its holder knows.
    /// </summary>
    private static Decision Acquire(ClusterView view, string reason) => view.Memory.LastLeader switch
    {
        { IsAsked: false } leader =>
            new(Rule.AskLastLeader, $"{leader.Name} has lost the lease without giving it away: it is asked whether its database still serves",
                new HaAction.AskLastLeader(leader)),

        { ServesUntil: { } until } leader when view.Now < until =>
            new(Rule.YieldToLastLeader, $"{leader.Name} still serves: the store has ended its lease before its time; it may go on for {Words.Seconds(until - view.Now)}"),

        _ when ApprovalRules.Gate(view, reason) is { } decision => decision,

        _ => new(Rule.AcquireLease, reason,
            new HaAction.AcquireLease(view.Session.Id!.Value, Term.None, view.Store.SyncRevision, Failsafe.RevisionOf(view))
            {
                ApprovalRevision = ApprovalRules.RevisionOf(view),
            }),
    };

    private static bool IsWorthHearing(ClusterView view, MemberReport rival) =>
        rival.Tags.MayLead
        && IsUnheard(view, rival)
        && Candidates.MayHoldEveryWrite(view, rival.Name)
        && IsWithin(view, Patience(view.Policy));

    /// <summary>A living member's report from before the loss of the leader says too little: it may have received more since.</summary>
    private static bool IsUnheard(ClusterView view, MemberReport rival) =>
        rival.Revision < view.Store.LeaderlessSince || (rival.Position is null && rival.State is MemberState.Starting);

    private static bool IsWithin(ClusterView view, TimeSpan patience) =>
        view.Memory.LeaderlessAt is not { } since || view.Now - since < patience;

    private static string Compared(MemberReport better, MemberReport own) =>
        better.Timeline == own.Timeline && better.Position == own.Position
            ? better.Tags.FailoverPriority != own.Tags.FailoverPriority
                ? $"{better.Name} has equally tolerable WAL position and priority {better.Tags.FailoverPriority}, while this node has priority {own.Tags.FailoverPriority}"
                : $"{better.Name} has the same WAL position, and the first name goes first"
            : $"Wal position of {better.Name} is ahead of my wal position";

    private static long LagBytes(ClusterView view) => view.Store.Status.LastPosition.BytesAheadOf(view.Database.Position);

    private static string Allowed(ClusterView view) =>
        string.Join(", ", view.Store.Sync.Standbys.Prepend(view.Store.Sync.Leader!.Value));
}
