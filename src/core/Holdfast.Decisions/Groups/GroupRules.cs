using System.Collections.Immutable;
using Holdfast.Decisions.Leadership;
using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Groups;

/// <summary>
/// What a member does where the servers elect their primary themselves: it brings its server into the group and back, records whom the
/// majority has elected, puts out the dead, and begins the group anew when none is left. It never fights the group's own consensus.
/// </summary>
public static class GroupRules
{
    private static readonly TimeSpan JoinLimitAlone = TimeSpan.FromSeconds(1);

    /// <summary>Counted from when its silence was noticed, which takes about a second.</summary>
    internal static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(1);

    /// <summary>Beyond what a hiccup takes; a member's own end is known at once, and does not wait for this.</summary>
    private static readonly TimeSpan MinorityLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BrokenLinkLimit = TimeSpan.FromSeconds(10);

    /// <summary>With less room a server waits within its next write for more, and its group with it.</summary>
    internal const long FreeBytesToServeLeast = 16L * 1024 * 1024;

    /// <summary>One that waits for room does not stop in good order.</summary>
    private static readonly TimeSpan FullDiskBudget = TimeSpan.FromSeconds(2);

    public static Decision Decide(ClusterView view) => Choose(view) is var decision && LetsGo(view, decision.Rule)
        ? decision with { Actions = [new HaAction.ReleaseLease(view.Store.Lease!.Term), .. decision.Actions] }
        : decision;

    /// <summary>
    /// No group is left, and this member does not begin one now: whoever does needs the lease. It is given up until the store shows it, since
    /// an answer may be lost.
    /// </summary>
    private static bool LetsGo(ClusterView view, Rule rule) =>
        view is { Session.Id: not null, IsShuttingDown: false, Policy.IsPaused: false, Store.Initialization.SystemId: not null, Database.IsBusy: false }
        && view.Store is { Setback: null, Lease: { } lease } && lease.Holder == view.Self
        && rule is not (Rule.BootstrapGroup or Rule.AdoptSystem)
        && view.Database is { IsDown: true } or { Process: DatabaseProcess.Running, IsResponsive: true, Group.State: GroupState.Offline or GroupState.Error }
        && !OthersServe(view);

    private static Decision Choose(ClusterView view) => view switch
    {
        { IsShuttingDown: true } => Leaving.Decide(view),

        { Store.IsKnown: false } => new(Rule.WaitForStore, "the store has not answered yet"),

        { Policy.IsPaused: false, Database.Job: { State: JobState.Running, Kind: DatabaseJobKind.JoinGroup, StartedAt: var began } }
            when view.Now - began > JoinLimitAlone && !OthersServe(view) =>
            new(Rule.GiveUpJoining, "the group that this server was joining is no more: the server is stopped, since it would go on trying", new HaAction.Fence()),

        { Database.IsBusy: true } => new(Rule.WaitForJob, $"{Words.Of(view.Database.Job!.Kind)} is under way: {view.Database.Job.Progress}"),

        { Database.Directory: DataDirectoryState.Foreign } =>
            new(Rule.RefuseForeignDirectory, $"the data directory is not ours to touch: {view.Database.Trouble}"),

        { Database: { Directory: DataDirectoryState.Valid, SystemId: { } own }, Store.Initialization.SystemId: { } system } when own != system =>
            new(Rule.RefuseForeignSystem,
                $"the data directory belongs to group {own}, the cluster is group {system}; "
                + "use another data_dir, another scope, or move the directory away"),

        { Session.Id: null } => new(Rule.WaitForSession, "this member has no session in the store yet"),

        { Store.Initialization: null, Session.Id: { } session, Database.SystemId: { } system } when GroupClaims.IsElected(view) =>
            new(Rule.AdoptSystem, "the group has elected this member, and the store does not know the cluster: its keys are written anew",
                new HaAction.CompleteInitialization(session, system, Revision.Absent)),

        _ when Election.MakeFirstSystem(view) is { } decision => decision,

        { OthersLease: null, Store.Failsafe: null, Database: { Control.WasPrimary: true, IsDown: true } } when !OthersServe(view) =>
            new(Rule.AdoptSystem, "the cluster is made from the database that this member brings: it alone is to be heard, whoever else is there",
                view.SelfHoldsLiveLease ? Alone(view) : Take(view)),

        { Policy.IsPaused: true } when !GroupClaims.IsElected(view) => new(Rule.StayPaused, "the cluster is paused: the group is left alone"),

        { Request: { } request } when Requested(view, request) is { } decision => decision,

        { Policy.IsPaused: true } => Paused(view),

        { Database.Directory: not DataDirectoryState.Valid } => Provision(view),

        { Database.IsDown: true } when Following.BackOff(view, DatabaseJobKind.StartReplica, DatabaseJobKind.Restart) is { } until =>
            new(Rule.RetryLater, $"the start failed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        { Database: { IsDown: true, Disk: { FreeBytes: < Election.FreeBytesToLeadLeast } disk } } =>
            new(Rule.ShortOfDisk, $"the server is down, and its disk has {disk.FreeBytes} bytes free, fewer than the {Election.FreeBytesToLeadLeast} that it needs to start"),

        { Database.IsDown: true } =>
            new(Rule.StartFollowing, "the server is down: it starts, takes no writes, and joins the group then",
                new HaAction.Begin(new DatabaseWork.StartReplica(null))),

        { Database: { Process: DatabaseProcess.Running, Disk: { FreeBytes: < FreeBytesToServeLeast } disk } } when OthersHaveRoom(view) =>
            new(Rule.LeaveFullDisk, $"the disk has {disk.FreeBytes} bytes free, and writes would wait for room: the server stops, since others can do without it",
                new HaAction.Begin(new DatabaseWork.Stop(FullDiskBudget))),

        { Database: { Process: DatabaseProcess.Running, IsResponsive: false, Group.IsBlocked: true } } =>
            new(Rule.WaitForDatabase, "the server answers, and says nothing of its group: it is about to leave it or to join"),

        { Database: { Process: DatabaseProcess.Running, IsResponsive: false }, Memory.UnresponsiveSince: { } since }
            when view.Now - since > HangLimit && OthersServe(view) =>
            new(Rule.KillHungPrimary,
                $"the server has not answered for {Words.Seconds(view.Now - since)}, and the others can do without it",
                new HaAction.Fence()),

        { Database: { Process: not DatabaseProcess.Running } or { IsResponsive: false } } =>
            new(Rule.WaitForDatabase, "the server is between two states, or does not answer"),

        _ => InGroup(view, view.Database.Group!),
    };

    /// <summary>The group goes on electing in a pause, and whom it has elected is recorded; only an operator's wish does more.</summary>
    private static Decision Paused(ClusterView view) => view switch
    {
        { SelfHoldsLiveLease: false, Store.Initialization.SystemId: not null } => Record(view),
        { SelfHoldsLiveLease: true, Store.Switchover: { } request } => Handover.Decide(view, request),
        _ => new(Rule.LeadPaused, "this member is the group's primary, and the cluster is paused"),
    };

    private static Decision InGroup(ClusterView view, GroupView group) => group.State switch
    {
        GroupState.Recovering => new(Rule.CatchUp, $"the server catches up with the group; {group.ApplyBacklog} transactions are to be applied"),
        GroupState.Online when GroupClaims.Superseded(view) is { } by =>
            new(Rule.FenceExpelled, $"{by.Name} and the majority go on without this member: it is stopped, to join them anew", new HaAction.Fence()),
        GroupState.Online when GroupClaims.IsMinority(view, group) => Minority(view, group, GroupClaims.Lost(view, group)),
        GroupState.Online => Taking(view, group),
        _ => Outside(view),
    };

    /// <summary>This member is in the group, and the group works.</summary>
    private static Decision Taking(ClusterView view, GroupView group) => view switch
    {
        _ when GroupClaims.ToExpel(view) is { } dead =>
            new(Rule.ExpelDead, dead.Why, new HaAction.Begin(new DatabaseWork.Expel(dead.Address))),

        { SelfHoldsLiveLease: false } when GroupClaims.IsElected(view) && view.Store.Initialization?.SystemId is not null =>
            Record(view),

        { SelfHoldsLiveLease: true, Store.Switchover: { } request } when group.Own is { IsPrimary: true } => Handover.Decide(view, request),

        { SelfHoldsLiveLease: true, Policy.GroupMode: { } wished } when group.Own is { IsPrimary: true } && group.Mode != wished => Change(view, group, wished),

        { SelfHoldsLiveLease: true } when group.Own is { IsPrimary: true } =>
            new(Rule.KeepLeading, $"no action. I am ({view.Self}), the group's primary{Slowed(view)}"),

        _ when view.Memory.Group.BrokenLinkSince is { } since && view.Now - since > BrokenLinkLimit
            && GroupClaims.BrokenLink(view, group) is { } other && Following.BackOff(view, DatabaseJobKind.JoinGroup) is null =>
            new(Rule.RejoinBrokenLink,
                $"this server and {other.Name}'s have not heard each other for {Words.Seconds(view.Now - since)}, though both take part: it joins anew, before the group needs that connection",
                Join(Serving(view))),

        _ => new(Rule.KeepFollowing, $"no action. I am ({view.Self}), a member of the group; {view.Store.Lease?.Holder.Text ?? "nobody"} is its primary"),
    };

    private static Decision Record(ClusterView view)
    {
        var taking = Take(view);
        const string why = "the group has elected this member: the store is told, and the routers by it";
        return view.Store.Switchover is { } request && (request.To is null || request.To == view.Self)
            ? new(Rule.RecordPrimary, why, taking, new HaAction.ClearSwitchover(request.Revision))
            : new(Rule.RecordPrimary, why, taking);
    }

    /// <summary>The group does it with all its members or not at all.</summary>
    private static Decision Change(ClusterView view, GroupView group, GroupMode wished) => view switch
    {
        _ when Following.BackOff(view, DatabaseJobKind.ChangeGroupMode) is { } until =>
            new(Rule.RetryLater, $"the group's mode could not be changed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        _ when group.Members.Any(member => member.State != GroupState.Online) =>
            new(Rule.ChangeGroupMode, "the group's mode is to change, and does when all its members are online"),

        _ => new(Rule.ChangeGroupMode, $"the configuration wants the group in {(wished == GroupMode.MultiPrimary ? "multi-primary" : "single-primary")} mode",
            new HaAction.Begin(new DatabaseWork.ChangeGroupMode(wished, group.ServerId!))),
    };

    /// <summary>Writes wait here until more than half of the members answer; nothing that was acknowledged is only here.</summary>
    private static Decision Minority(ClusterView view, GroupView group, GroupPeer[] lost) =>
        lost.All(member => view.Others.Any(report => report.Group?.ServerId == member.ServerId && GroupClaims.IsOut(report)))
            ? new(Rule.DissolveMinority,
                "the others have left the group for good, and it cannot go on without them: this server is stopped, so that the group begins anew with whoever holds most",
                new HaAction.Fence())
            : view.Memory.Group.MinoritySince is { } since && view.Now - since > MinorityLimit && NobodyWorks(view, group)
            ? new(Rule.DissolveMinority,
                $"for {Words.Seconds(view.Now - since)} the servers have not reached each other, though every member's agent is heard and none of them works: "
                + "this server is stopped, so that the group begins anew with whoever holds most",
                new HaAction.Fence())
            : new(Rule.MajorityLost,
                $"{lost.Length} of {group.Members.Length} members do not answer, and writes wait: they go on when enough of them are back");

    /// <summary>Of every other member it is known that its server is out, or in the group without a majority or a primary.</summary>
    private static bool NobodyWorks(ClusterView view, GroupView group) =>
        group.Members.All(member => member.ServerId == group.ServerId
            || view.Others.Any(report => report.Group?.ServerId == member.ServerId && (GroupClaims.IsOut(report) || !GroupClaims.Works(report))));

    /// <summary>The server runs and is in no group.</summary>
    private static Decision Outside(ClusterView view)
    {
        var serving = Serving(view);
        return view switch
        {
            _ when serving.Length == 0 => Outage.Decide(view),

            // Joined too early, MySQL would wait many seconds before it tried again.
            _ when serving.All(report => report.Group!.Members.Any(member => member.ServerId == view.Database.Group!.ServerId)) =>
                new(Rule.RetryLater, "the group still counts on the former life of this server; it joins once the group has gone on without that"),

            _ when Following.BackOff(view, DatabaseJobKind.JoinGroup) is { } until =>
                new(Rule.RetryLater, $"the group did not take this server: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

            _ => new(Rule.JoinGroup, $"the server joins the group by {string.Join(", ", serving.Select(report => report.Name))}",
                Join(serving)),
        };
    }

    private static Decision Provision(ClusterView view) => view switch
    {
        { Database.IsDown: false } =>
            new(Rule.StopDiverged, "a copy into the data directory did not finish, and a server runs on it: it stops, to be copied anew",
                new HaAction.Begin(new DatabaseWork.Stop(Leaving.PoliteBudget))),

        _ when Following.BackOff(view, DatabaseJobKind.Clone) is { } until =>
            new(Rule.RetryLater, $"the copy failed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        _ when GroupClaims.Donor(view) is { } donor =>
            new(Rule.Clone, "there is no database here yet", new HaAction.Begin(new DatabaseWork.CloneFrom(donor))),

        _ => new(Rule.WaitForLeader, "there is no database here yet, and no member of the group to copy it from"),
    };

    private static Decision? Requested(ClusterView view, OperatorRequest request) => (request, view.Database) switch
    {
        (OperatorRequest.Restart, { Process: DatabaseProcess.Running }) =>
            new(Rule.RestartOnRequest, "an operator asked for a restart",
                new HaAction.Begin(new DatabaseWork.Restart()), new HaAction.AcceptRequest(request.Number)),

        (OperatorRequest.Reinitialize, { Group.Own.IsPrimary: true }) =>
            new(Rule.RefuseRequest, "an operator asked to reinitialize the primary",
                new HaAction.RefuseRequest(request.Number, "I am the leader, can not reinitialize")),

        (OperatorRequest.Reinitialize, _) when GroupClaims.Donor(view) is null =>
            new(Rule.RefuseRequest, "an operator asked to clone this member anew",
                new HaAction.RefuseRequest(request.Number, "no member of the group serves, so there is nobody to copy from")),

        (OperatorRequest.Reinitialize, { IsDown: false }) =>
            new(Rule.ReinitializeOnRequest, "an operator asked to clone this member anew; its server stops first",
                new HaAction.Begin(new DatabaseWork.Stop(Leaving.PoliteBudget))),

        (OperatorRequest.Reinitialize, { IsDown: true }) =>
            new(Rule.ReinitializeOnRequest, "an operator asked to clone this member anew",
                new HaAction.Begin(new DatabaseWork.CloneFrom(GroupClaims.Donor(view)!)), new HaAction.AcceptRequest(request.Number)),

        _ => null,
    };

    private static string Slowed(ClusterView view) => view.Others.FirstOrDefault(report => report.Group is { State: GroupState.Online, SlowsGroup: true }) is { } slow
        ? $"; {slow.Name} slows the group down, since {slow.Group!.ApplyBacklog} transactions wait there to be applied"
        : "";

    /// <summary>Nobody else is to be heard if no group is left.</summary>
    internal static HaAction.WriteFailsafe Alone(ClusterView view) =>
        new(view.Store.Lease!.Term, ImmutableSortedDictionary<MemberName, string>.Empty.Add(view.Self, view.OwnReport?.ApiUrl ?? ""));

    internal static HaAction.AcquireLease Take(ClusterView view) =>
        new(view.Session.Id!.Value, view.Store.Lease?.Term ?? Term.None, view.Store.SyncRevision, null);

    private static bool OthersHaveRoom(ClusterView view) => view.Others.Any(report => report is { IsShortOfDisk: false, Group.IsServing: true });

    private static MemberReport[] Serving(ClusterView view) => [.. view.Others.Where(report => report.Group is { IsServing: true })];

    /// <summary>By all of them, since one may not be reached from here.</summary>
    private static HaAction.Begin Join(MemberReport[] serving) =>
        new(new DatabaseWork.JoinGroup([.. serving.Select(report => report.Group!.Address)], serving[0].Group!.Mode));

    private static bool OthersServe(ClusterView view) => view.Others.Any(report => report.Group is { IsServing: true });
}
