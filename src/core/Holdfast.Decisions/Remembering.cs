using System.Collections.Immutable;
using Holdfast.Decisions.Alerts;
using Holdfast.Decisions.Groups;
using Holdfast.Model;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions;

/// <summary>How the agent's memory follows from what it remembered and what it sees now: a pure step, once a turn, before deciding.</summary>
public static class Remembering
{
    public static AgentMemory Step(ClusterView view)
    {
        var memory = view.Memory;
        var database = view.Database;
        var leads = view.SelfHoldsLiveLease;
        var streams = database.IsStreaming || database.IsRunningPrimary;
        var ended = database.Job is { State: not JobState.Running, EndedAt: not null } job ? job : null;

        return memory with
        {
            HasLed = memory.HasLed || leads,
            IsLeaseInDoubt = memory.IsLeaseInDoubt && view.Store.Lease is null,
            LeadingSince = leads ? memory.LeadingSince ?? view.Now : null,
            LeaseEndsAt = leads ? view.MayServeUntil : view.OthersLease is null && memory.GivenAway != memory.LastTerm ? memory.LeaseEndsAt : null,
            LastLeader = LastLeader(view),
            SyncBeforePromotion = leads && database.IsRunningReplica
                ? memory.SyncBeforePromotion ?? view.Store.Sync
                : leads && !database.IsRunningPrimary ? memory.SyncBeforePromotion : null,
            CrashedAt = database.Process == DatabaseProcess.Crashed ? memory.CrashedAt ?? view.Now : database.IsRunningPrimary || database.IsRunningReplica ? null : memory.CrashedAt,
            DownSince = leads && database.IsDown ? memory.DownSince ?? view.Now : null,
            DownReport = leads && database.IsDown ? memory.DownReport : null,
            SlotsSet = database.IsRunningPrimary || database.IsRunningReplica ? memory.SlotsSet : [],
            SlotsSetAt = database.IsRunningPrimary || database.IsRunningReplica ? memory.SlotsSetAt : null,
            UnresponsiveSince = database is { Process: DatabaseProcess.Running, IsResponsive: false } && !database.IsBusy
                ? memory.UnresponsiveSince ?? view.Now
                : null,
            LeaderlessAt = view.Store is { IsKnown: true, Lease: null } ? memory.LeaderlessAt ?? view.Now : null,
            NotStreamingSince = view.OthersLease is null || streams ? null : memory.NotStreamingSince ?? view.Now,
            RewoundAt = streams || ended is { Kind: DatabaseJobKind.Clone, State: JobState.Succeeded }
                ? null
                : ended is { Kind: DatabaseJobKind.Rewind, State: JobState.Succeeded } ? ended.EndedAt : memory.RewoundAt,
            ClonedAt = streams ? null : ended is { Kind: DatabaseJobKind.Clone, State: JobState.Succeeded } ? ended.EndedAt : memory.ClonedAt,
            LeaderChangedAt = view.Store.Lease is { } present && present.Term.Number > memory.LastTerm.Number ? view.Now : memory.LeaderChangedAt,
            Reached = Reached(view, ended),
            PrimaryTimeline = database is { IsRunningPrimary: true, IsResponsive: true, Timeline: { } timeline } ? timeline : memory.PrimaryTimeline,
            LastTerm = view.Store.Lease is { } lease && lease.Term.Number > memory.LastTerm.Number ? lease.Term : memory.LastTerm,
            LastFailure = Failure(memory.LastFailure, ended, streams && !AsksForMode(view)),
            SwitchoverSeenAt = view.Store.Switchover is null ? null : memory.SwitchoverSeenAt ?? view.Now,
            DrainingSince = view.Store.Switchover is { } request && view.OwnReport?.DrainsFor == request.Revision ? memory.DrainingSince ?? view.Now : null,
            MembersSeen = Seen(view),
            Group = GroupRemembering.Step(view),
            Takeover = TakeoverOf(view),
            Alerts = AlertRules.IsEvaluator(view) ? memory.Alerts : null,
            AlertsWritten = memory.AlertsWritten is { } write && write.Replaced == view.Store.AlertsRevision && view.Now - write.At < AlertRules.ShownWithin ? write : null,
            LogEnds = database is { IsRunningPrimary: true, IsResponsive: true, Group: null } ? memory.LogEnds.With(view.Now, database.Position) : LogEnds.Empty,
        };
    }

    /// <summary>A renewal between two steps: the lease, which is bound to the session, ends later.</summary>
    public static AgentMemory Renewal(ClusterView view) =>
        view.SelfHoldsLiveLease ? view.Memory with { LeaseEndsAt = view.MayServeUntil } : view.Memory;

    /// <summary>Its address is kept, since the member's key ends with the lease. One that says in the store that its database is no primary is forgotten.</summary>
    private static LastLeader? LastLeader(ClusterView view) => view.Store.Lease switch
    {
        null when view.Memory.LastLeader is { } last && view.Report(last.Name) is not (null or { Role: DatabaseRole.Primary, State: MemberState.Running }) => null,
        null => view.Memory.LastLeader,
        { } lease when lease.Holder == view.Self => null,
        { } lease when view.Report(lease.Holder) is { ApiUrl: { Length: > 0 } url } => new(lease.Holder, url),
        { } lease => view.Memory.LastLeader is { } known && known.Name == lease.Holder ? known with { IsAsked = false, ServesUntil = null } : null,
    };

    /// <summary>While somebody else leads there is only its last sign of life; what follows stays as it was when the database began to take writes.</summary>
    private static Takeover TakeoverOf(ClusterView view)
    {
        var known = view.Memory.Takeover;
        return view switch
        {
            { OthersLease: { } lease } when view.Report(lease.Holder) is { } report && report.Revision != known.HeardRevision =>
                new() { HeardAt = view.Now, HeardRevision = report.Revision },
            { OthersLease: not null, Database.IsStreaming: true } => new() { HeardAt = view.Now, HeardRevision = known.HeardRevision },
            { OthersLease: not null } => new() { HeardAt = known.HeardAt, HeardRevision = known.HeardRevision },
            { Store: { IsKnown: true, Lease: null } } => known with { LeaderlessAt = known.LeaderlessAt ?? view.Now, LeadingAt = null, PromotingAt = null, ServingAt = null, IsRouted = false, RouteTries = 0 },
            { SelfHoldsLiveLease: true, Database.IsRunningPrimary: false } => known with { LeadingAt = known.LeadingAt ?? view.Now, PromotingAt = PromotingAt(view.Database.Job, known) },
            { SelfHoldsLiveLease: true } => known with { PromotingAt = PromotingAt(view.Database.Job, known), ServingAt = known.ServingAt ?? view.Now },
            _ => known,
        };
    }

    private static TimeSpan? PromotingAt(DatabaseJob? job, Takeover known) =>
        known.PromotingAt ?? (job is { Kind: DatabaseJobKind.Promote } && job.StartedAt >= known.LeadingAt ? job.StartedAt : null);

    private static LogEnd? Reached(ClusterView view, DatabaseJob? ended) => view.Database switch
    {
        { Process: DatabaseProcess.Running, IsResponsive: true, Timeline: { } timeline, Position: var position } => new(timeline, position),
        { IsDown: true } when ended is { Kind: DatabaseJobKind.Clone or DatabaseJobKind.Rewind } => null,
        _ => view.Memory.Reached,
    };

    /// <summary>
    /// Failures of one kind are counted until a job of that kind succeeds, or all is well again. A directory that was
    /// rewound or cloned is another one: how often the old one failed to start says nothing of it.
    /// </summary>
    private static JobFailure? Failure(JobFailure? known, DatabaseJob? ended, bool isWell) => ended switch
    {
        { State: JobState.Failed, EndedAt: { } at } when known is null || known.Kind != ended.Kind => new(ended.Kind, ended.Progress, at, 1),
        { State: JobState.Failed, EndedAt: { } at } when known.At != at => new(ended.Kind, ended.Progress, at, known.Count + 1),
        { State: JobState.Succeeded } when known?.Kind == ended.Kind => null,
        { State: JobState.Succeeded, Kind: DatabaseJobKind.Clone or DatabaseJobKind.Rewind } when known?.Kind == DatabaseJobKind.StartReplica => null,
        _ when isWell && known is { Kind: not DatabaseJobKind.Promote } => null,
        _ => known,
    };

    /// <summary>The group serves all the while, so that it does says nothing of a change that failed.</summary>
    private static bool AsksForMode(ClusterView view) =>
        view is { Memory.LastFailure.Kind: DatabaseJobKind.ChangeGroupMode, Policy.GroupMode: { } wished, Database.Group: { } group } && group.Mode != wished;

    private static ImmutableSortedDictionary<MemberName, TimeSpan> Seen(ClusterView view)
    {
        var known = view.Store.Status.Slots.Keys.Select(name => new MemberName(name));
        var seen = view.Memory.MembersSeen.ToBuilder();
        foreach (var member in known.Where(member => !seen.ContainsKey(member)))
        {
            seen[member] = view.Now;
        }

        foreach (var report in view.Store.Members)
        {
            seen[report.Name] = view.Now;
        }

        return seen.ToImmutable();
    }
}
