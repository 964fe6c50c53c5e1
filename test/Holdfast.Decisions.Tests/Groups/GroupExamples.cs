using Holdfast.Model;
using Holdfast.Model.Groups;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>A view for every rule of a group, each told as what differs from a healthy one.</summary>
internal static class GroupExamples
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static ClusterView Empty => InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped) with { Directory = DataDirectoryState.Empty, SystemId = null });

    private static ClusterView Hung(ClusterView view) => view
        .WithDatabase(database => database with { IsResponsive = false })
        .WithMemory(memory => memory with { UnresponsiveSince = Now - (2 * Second) });

    private static ClusterView Split(TimeSpan since) => HealthyGroup
        .Seeing(Beta, GroupState.Unreachable)
        .WithReport(Beta, Ended)
        .Seeing(Gamma, GroupState.Unreachable)
        .WithReport(Gamma, report => report with { Group = report.Group! with { Members = [.. report.Group.Members.Select(member => member with { State = member.ServerId == ServerOf(Gamma) ? GroupState.Online : GroupState.Unreachable })] } })
        .WithMemory(memory => memory with { Group = memory.Group with { MinoritySince = Now - since } });

    public static IReadOnlyList<Example> InTheGroup { get; } =
    [
        new("the group's primary keeps leading", Rule.KeepLeading, HealthyGroup),
        new("a member of the group keeps following", Rule.KeepFollowing, InGroup),
        new("a group decides itself what a commit waits for", Rule.SynchronyNotOurs, HealthyGroup),
        new("a member catches up with its group", Rule.CatchUp, InGroup.WithGroup(group => group with { State = GroupState.Recovering })),
        new("whom the group has elected takes the lease from the last primary", Rule.RecordPrimary, Elected),
        new("whom the group has elected takes a lease that nobody holds", Rule.RecordPrimary, Elected.WithoutLease()),
        new("a handover is done once its candidate has the lease", Rule.RecordPrimary, Elected.AskedToSwitch(Alpha, Beta)),
        new("a dead member is put out by the first of the others", Rule.ExpelDead, InGroup.WithReport(Alpha, Ended)),
        new("a primary that was frozen is stopped when the others have elected another", Rule.FenceExpelled, Frozen),
        new("a primary that hears nobody waits", Rule.MajorityLost,
            HealthyGroup.Seeing(Beta, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable)),
        new("a primary whose group has ended without it is stopped", Rule.DissolveMinority, HealthyGroup.WithReport(Beta, Ended).WithReport(Gamma, Ended)),
        new("a hung server is killed while the others serve", Rule.KillHungPrimary, Hung(HealthyGroup)),
        new("a hung server is waited for while nobody else serves", Rule.WaitForDatabase,
            Hung(HealthyGroup).WithReport(Beta, OutOfGroup).WithReport(Gamma, OutOfGroup)),
        new("a server on a full disk stops while another one has room", Rule.LeaveFullDisk,
            HealthyGroup.WithDatabase(database => database with { Disk = new DiskSpace(1 << 20, 1 << 30, 1 << 20) })),
        new("a server that is down is not started on a full disk", Rule.ShortOfDisk,
            InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped) with { Disk = new DiskSpace(1 << 20, 1 << 30, 1 << 20) })),
        new("a member joins anew that does not hear another one", Rule.RejoinBrokenLink,
            InGroup.Seeing(Alpha, GroupState.Unreachable).WithMemory(memory => memory with { Group = memory.Group with { BrokenLinkSince = Now - (11 * Second) } })),
        new("a group whose servers do not reach each other begins anew", Rule.DissolveMinority, Split(9 * Second)),
        new("a group whose servers do not reach each other is waited for at first", Rule.MajorityLost, Split(7 * Second)),
        new("a paused group's primary is left alone", Rule.LeadPaused, HealthyGroup.Paused()),
        new("a paused group's member is left alone", Rule.StayPaused, InGroup.Paused()),
        new("the keys that a store has lost are written anew by the group's primary", Rule.AdoptSystem,
            HealthyGroup.WithStore(store => new StoreView { IsKnown = true, ConfirmedAt = Now, Revision = new Revision(200), Members = store.Members })),
    ];

    public static IReadOnlyList<Example> APlannedChange { get; } =
    [
        new("the group is asked to make the candidate its primary", Rule.ElectPrimary, HealthyGroup.AskedToSwitch(Alpha, Beta)),
        new("the group is asked for another mode", Rule.ChangeGroupMode, HealthyGroup with { Policy = HealthyGroup.Policy with { GroupMode = GroupMode.MultiPrimary } }),
        new("the group is asked for another primary when an agent ends", Rule.ElectPrimary, HealthyGroup with { IsShuttingDown = true }),
        new("a handover in multi-primary mode is dropped", Rule.RejectSwitchover,
            HealthyGroup.WithGroup(group => group with { IsMultiPrimary = true }).AskedToSwitch(Alpha, Beta)),
        new("a handover to one outside the group is dropped", Rule.RejectSwitchover, HealthyGroup.WithoutReport(Beta).AskedToSwitch(Alpha, Beta)),
        new("a handover that the group refused is dropped", Rule.RejectSwitchover,
            HealthyGroup.AskedToSwitch(Alpha, Beta).HavingFailed(DatabaseJobKind.ElectPrimary, 1, TimeSpan.Zero)),
        new("a scheduled handover waits for its time", Rule.AwaitSchedule, HealthyGroup.WithStore(store => store with
        {
            Switchover = new SwitchoverRequest(Alpha, Beta, HealthyGroup.UtcNow.AddHours(1), null, new Revision(60)),
        })),
        new("a member's server stops with its agent", Rule.StopForShutdown, InGroup with { IsShuttingDown = true }),
        new("the last member frees the lease when its agent ends", Rule.ReleaseForShutdown,
            HealthyGroup.WithDatabase(_ => DownOf(Alpha, DatabaseProcess.Stopped)) with { IsShuttingDown = true }),
        new("a group's primary is not reinitialized", Rule.RefuseRequest, HealthyGroup with { Request = new OperatorRequest.Reinitialize(1) }),
        new("a member of a group is copied anew on request", Rule.ReinitializeOnRequest, InGroup with { Request = new OperatorRequest.Reinitialize(1) }),
    ];

    public static IReadOnlyList<Example> OutsideTheGroup { get; } =
    [
        new("a server joins the group that serves", Rule.JoinGroup, InGroup.WithDatabase(_ => OutsideOf(Beta)).LetGo()),
        new("a server waits until the group has let go of its former life", Rule.RetryLater, InGroup.WithDatabase(_ => OutsideOf(Beta))),
        new("a server that was put out joins again", Rule.JoinGroup, InGroup.WithGroup(group => group with { State = GroupState.Error }).LetGo()),
        new("a server that the group did not take waits", Rule.RetryLater,
            InGroup.WithDatabase(_ => OutsideOf(Beta)).LetGo().HavingFailed(DatabaseJobKind.JoinGroup, 1, TimeSpan.Zero)),
        new("a server stops joining a group that is no more", Rule.GiveUpJoining, NoGroup.WithDatabase(database => database with
        {
            Job = new DatabaseJob(5, DatabaseJobKind.JoinGroup, JobState.Running, Now - (2 * Second), null, "catching up"),
        })),
        new("a crashed server starts", Rule.StartFollowing, InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Crashed))),
        new("an empty member copies one that is no primary", Rule.Clone, Empty),
        new("an empty member waits while nobody serves", Rule.WaitForLeader, Empty.WithReport(Alpha, OutOfGroup).WithReport(Gamma, OutOfGroup)),
    ];

    public static IReadOnlyList<Example> WithoutAGroup { get; } =
    [
        new("a group is not begun before its last members are heard", Rule.AwaitMembers, NoGroup.WithoutReport(Gamma)),
        new("a group that nobody holds all of is a person's choice", Rule.NoMemberHoldsAll, NoGroup.Holding(Beta, "1-90:95").Holding(Gamma, "1-94")
            .Holding(Alpha, "1-90")),
        new("who lacks something leaves the group to who holds all", Rule.YieldToBetter, NoGroup.Holding(Beta, "1-99")),
        new("equals leave the group to the first of them", Rule.YieldToBetter, NoGroup),
        new("who holds all takes the lease to begin the group", Rule.BootstrapGroup, NoGroup.Holding(Alpha, "1-99")),
        new("who holds all and has the lease begins the group", Rule.BootstrapGroup, NoGroup.Holding(Alpha, "1-99").Leading()),
        new("a person's choice begins the group without those that are silent", Rule.BootstrapGroup, NoGroup.WithoutReport(Gamma).AskedToSwitch(null, Beta)),
        new("a person's choice begins the group with its lease", Rule.BootstrapGroup, NoGroup.Holding(Beta, "1-99").AskedToSwitch(null, Beta).Leading()),
        new("the others leave the group to a person's choice", Rule.YieldToCandidate, NoGroup.AskedToSwitch(null, Gamma)),
        new("a group that could not be begun is tried again later", Rule.RetryLater,
            NoGroup.Holding(Alpha, "1-99").Leading().HavingFailed(DatabaseJobKind.BootstrapGroup, 1, TimeSpan.Zero)),
    ];

    public static IReadOnlyList<Example> Told { get; } =
    [
        new("an idle group writes nothing", Rule.NothingToReport, HealthyGroup),
        new("the members that must be heard are recorded", Rule.RecordMembers, HealthyGroup.WithStore(store => store with { Failsafe = null })),
        new("a new primary of the group is recorded in the history", Rule.RecordHistory, HealthyGroup.WithStore(store => store with { History = [] })),
        new("what a server without a group holds is told at once", Rule.PublishReport, NoGroup.WithGroup(group => group with { Transactions = Set("1-101") })),
    ];

    public static IEnumerable<Example> All => [.. InTheGroup, .. APlannedChange, .. OutsideTheGroup, .. WithoutAGroup, .. Told];
}
