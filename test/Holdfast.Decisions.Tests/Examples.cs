using System.Collections.Immutable;
using Holdfast.Decisions.Tests.Groups;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

/// <summary>One named view: which rule it must reach, in which concern.</summary>
internal sealed record Example(string Name, Rule Rule, ClusterView View);

/// <summary>A view for every rule, each told as what differs from a healthy cluster.</summary>
internal static class Examples
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static ClusterView StoreUnknown(ClusterView view) => view.WithStore(_ => new StoreView { IsKnown = false, ConfirmedAt = TimeSpan.Zero, Revision = Revision.Absent });

    private static ClusterView Claimed => Newborn.WithStore(store => store with { Initialization = new Initialization(null, SessionOf(Alpha), new Revision(2)) });

    private static ClusterView Promoted => Following.WithLeader(Beta).WithMemory(memory => memory with { LeadingSince = Now });

    private static FailsafeMembers Everybody { get; } = new(
        Healthy.Store.Members.ToImmutableSortedDictionary(member => member.Name, member => member.ApiUrl), new Revision(60));

    private static ClusterView InOutage => (Healthy with { Session = Healthy.Session with { RenewedAt = Now - (2 * Second), FenceAt = Now + Second } })
        .WithPolicy(policy => policy with { UsesFailsafe = true })
        .WithStore(store => store with { Failsafe = Everybody })
        .WithMemory(memory => memory with { StoreFailedAt = Now });

    public static IReadOnlyList<Example> BeforeAnythingIsKnown { get; } =
    [
        new("a replica waits while the store is unknown", Rule.WaitForStore, StoreUnknown(Following)),
        new("a guarded primary waits while the store is unknown", Rule.WaitForStoreUnderGuard,
            StoreUnknown(Healthy).WithMemory(memory => memory with { GuardedUntil = Now + Second })),
        new("an unguarded primary is fenced when the store stays unknown", Rule.FenceUnknownPrimary, StoreUnknown(Healthy)),
        new("nothing is done on the word of a store that went back", Rule.StoreWentBack,
            Leaderless.WithStore(store => store with { Setback = new StoreSetback(new Revision(100), new Revision(40), null) })),
        new("a database of another system is refused", Rule.RefuseForeignSystem, Following.WithDatabase(database => database with { SystemId = "another" })),
        new("a directory that is not ours is refused", Rule.RefuseForeignDirectory,
            Following.Crashed(false).WithDatabase(database => database with { Directory = DataDirectoryState.Foreign })),
    ];

    public static IReadOnlyList<Example> APrimaryAndItsRight { get; } =
    [
        new("a primary without a lease is fenced", Rule.FenceWithoutLease, Healthy.WithoutLease()),
        new("a primary under another's lease is fenced", Rule.FenceWithoutLease, Healthy.WithLeader(Beta)),
        new("a primary whose deadline has passed is fenced", Rule.FenceWithoutLease, Healthy with { Session = Healthy.Session with { FenceAt = Now } }),
        new("a recovery without a lease is fenced", Rule.FenceRecoveryWithoutLease, Following.Crashed(true).Doing(DatabaseJobKind.StartPrimary)),
        new("an earlier life's lease is reclaimed", Rule.ReclaimLease, Healthy with { Session = Healthy.Session with { Id = new SessionId("new") } }),
        new("a lease that may have been given away is taken once more", Rule.ReclaimLease,
            Healthy.Crashed(true).WithMemory(memory => memory with { GivenAway = new Term(10) })),
        new("a lease that ended while the store was away is taken again on the members' word", Rule.RetakeLease,
            InOutage.WithoutLease().WithMemory(memory => memory with { TrustedUntil = Now + Second })),
        new("a lease that the store has ended before its time is taken again", Rule.RetakeLease,
            Healthy.WithoutLease().WithMemory(memory => memory with { LeaseEndsAt = Now + Second })),
        new("a primary whose session the store has ended before its time opens another", Rule.WaitForSession,
            Healthy.WithoutLease().WithoutSession().WithMemory(memory => memory with { LeaseEndsAt = Now + Second })),
        new("a primary whose lease has had its time is fenced", Rule.FenceWithoutLease,
            Healthy.WithoutLease().WithMemory(memory => memory with { LeaseEndsAt = Now })),
        new("the keys that a store has lost are written anew by the primary", Rule.RetakeLease,
            Healthy.WithStore(store => new StoreView { IsKnown = true, ConfirmedAt = Now, Revision = new Revision(200) })),
        new("a primary goes on on the members' word until a session is open", Rule.KeepPrimaryOnTrust,
            InOutage.WithoutLease().WithoutSession().WithMemory(memory => memory with { TrustedUntil = Now + Second })),
        new("a running primary is adopted by a new agent", Rule.AdoptPrimary, Healthy.WithoutLease().WithMemory(memory => memory with { HasLed = false })),
        new("a primary without a lease is left while paused", Rule.KeepPrimaryWhilePaused, Healthy.WithoutLease().Paused()),
        new("a stopped replica stays stopped while paused", Rule.StayPaused, Following.StoppedCleanly(false).Paused()),
        new("a job is let end", Rule.WaitForJob, Following.Crashed(false).Doing(DatabaseJobKind.Clone)),
        new("a database between two states is waited for", Rule.WaitForDatabase,
            Following.WithDatabase(database => database with { Process = DatabaseProcess.Stopping })),
    ];

    public static IReadOnlyList<Example> ThisMemberLeads { get; } =
    [
        new("a healthy leader keeps leading", Rule.KeepLeading, Healthy),
        new("a replica that holds the lease is promoted", Rule.Promote, Promoted),
        new("a failed promotion is given up", Rule.GiveUpPromotion, Promoted.HavingFailed(DatabaseJobKind.Promote, 1, TimeSpan.Zero)),
        new("the last bytes of the old primary are awaited", Rule.AwaitFinalPosition, Promoted.WithStore(store => store with
        {
            Switchover = new SwitchoverRequest(Alpha, Beta, null, new LogPosition(2000), new Revision(60)),
        })),
        new("a lease is handed back when the last bytes do not come", Rule.HandBackIncompletePromotion, Promoted
            .WithMemory(memory => memory with { LeadingSince = Now - (2 * Second) })
            .WithStore(store => store with { Switchover = new SwitchoverRequest(Alpha, Beta, null, new LogPosition(2000), new Revision(60)) })),
        new("a crashed primary asks how far the others' logs go", Rule.AwaitFinalPositions,
            Healthy.Synchronous(Beta).Crashed(true).WithMemory(memory => memory with { DownSince = Now })),
        new("an agent that ends stops its database", Rule.StopForShutdown, Healthy with { IsShuttingDown = true }),
        new("an agent that ends hands its lease over", Rule.HandOverForShutdown, Healthy.StoppedCleanly(true) with { IsShuttingDown = true }),
        new("an agent that ends without a clean stop frees the lease", Rule.ReleaseForShutdown, Healthy.Crashed(true) with { IsShuttingDown = true }),
        new("an agent that ends is done once its database is down", Rule.ShutDown, Following.StoppedCleanly(false) with { IsShuttingDown = true }),
        new("a crashed primary hands over to its synchronous standby", Rule.HandOverAfterCrash, Healthy.Synchronous(Beta).Crashed(true)),
        new("a crashed primary without a synchronous standby recovers in place", Rule.RecoverInPlace, Healthy.Crashed(true)),
        new("a crashed primary lets go when no time is given to it", Rule.ReleaseAfterCrash,
            Healthy.Crashed(true).WithPolicy(policy => policy with { PrimaryStartTimeout = TimeSpan.Zero })),
        new("a leader without a database lets go", Rule.ReleaseWithoutDatabase,
            Healthy.Crashed(true).WithDatabase(database => database with { Directory = DataDirectoryState.Empty })),
        new("a failed start is tried again later", Rule.RetryStart, Healthy.Crashed(true).HavingFailed(DatabaseJobKind.StartPrimary, 1, TimeSpan.Zero)),
        new("a primary that answers nobody for long is killed", Rule.KillHungPrimary, Healthy
            .WithDatabase(database => database with { IsResponsive = false })
            .WithMemory(memory => memory with { UnresponsiveSince = Now - TimeSpan.FromMinutes(1) })),
        new("a paused leader leads", Rule.LeadPaused, Healthy.Paused()),
    ];

    public static IReadOnlyList<Example> APlannedChange { get; } =
    [
        new("a checkpoint comes before the stop", Rule.CheckpointBeforeSwitchover, Healthy.AskedToSwitch(Alpha, Beta)),
        new("a candidate becomes synchronous first", Rule.MakeCandidateSynchronous, Healthy.Synchronous(Gamma).WaitingFor(Gamma).AskedToSwitch(Alpha, Beta)),
        new("the primary stops for its successor", Rule.StopForSwitchover, ReadyToStop),
        new("clients of a router pause before the primary stops", Rule.DrainClients, ReadyToStop.WithRouter(null)),
        new("an earlier switchover's pause does not count", Rule.DrainClients, ReadyToStop.WithRouter(new Revision(59))),
        new("the primary stops once its routers' clients have paused", Rule.StopForSwitchover, ReadyToStop.WithRouter(new Revision(60))),
        new("the primary stops when routers take too long", Rule.StopForSwitchover, ReadyToStop.WithRouter(null)
            .WithMemory(memory => memory with { DrainingSince = Now - (10 * Second) })),
        new("a stopped primary hands over", Rule.HandOverToCandidate, Healthy.StoppedCleanly(true).AskedToSwitch(Alpha, Beta)),
        new("a primary starts again when its candidate is gone", Rule.RevertSwitchover,
            Healthy.StoppedCleanly(true).AskedToSwitch(Alpha, Beta).WithoutReport(Beta)),
        new("a request to one who cannot lead is dropped", Rule.RejectSwitchover, Healthy.AskedToSwitch(Alpha, Beta).WithoutReport(Beta)),
        new("a scheduled switchover waits for its time", Rule.AwaitSchedule, Healthy.WithStore(store => store with
        {
            Switchover = new SwitchoverRequest(Alpha, Beta, Healthy.UtcNow.AddHours(1), null, new Revision(60)),
        })),
    ];

    public static IReadOnlyList<Example> SomebodyElseLeads { get; } =
    [
        new("a replica of another follows the leader", Rule.FollowLeader, Following.WithDatabase(database => database with { Upstream = UpstreamOf(Gamma) })),
        new("a replica that still starts is told whom to follow", Rule.FollowLeader, Following
            .WithDatabase(database => database with { Process = DatabaseProcess.Starting, Upstream = null }).Doing(DatabaseJobKind.StartReplica)),
        new("a streaming replica keeps following", Rule.KeepFollowing, Following),
        new("a diverged member waits for a primary to rewind from", Rule.WaitForLeader,
            Following.Crashed(true).WithReport(Alpha, report => report with { Role = DatabaseRole.Replica })),
        new("a stopped replica starts", Rule.StartFollowing, Following.StoppedCleanly(false)),
        new("a replica with log beyond the fork stops", Rule.StopDiverged, Following.WithHistory(1, 900, Alpha)),
        new("a crashed old primary is rewound", Rule.Rewind, Following.Crashed(true)),
        new("a rewind waits for the leader's checkpoint", Rule.AwaitLeaderCheckpoint,
            Following.Crashed(true).WithReport(Alpha, report => report with { HasCheckpointedSincePromotion = false })),
        new("an empty directory is cloned into", Rule.Clone, Following.Crashed(false).WithDatabase(database => database with { Directory = DataDirectoryState.Empty })),
        new("what the store names as whole is not replaced", Rule.KeepDirectory, Following.Synchronous(Beta).StoppedCleanly(false)
            with { Request = new OperatorRequest.Reinitialize(1) }),
        new("an old primary is cloned where rewinding is off", Rule.CloneInsteadOfRewind,
            Following.Crashed(true).WithPolicy(policy => policy with { UsesRewind = false })),
        new("a failed rewind is tried again later", Rule.RetryLater, Following.Crashed(true).HavingFailed(DatabaseJobKind.Rewind, 1, TimeSpan.Zero)),
        new("a member restarts on request", Rule.RestartOnRequest, Following with { Request = new OperatorRequest.Restart(1) }),
        new("a replica is cloned anew on request", Rule.ReinitializeOnRequest, Following with { Request = new OperatorRequest.Reinitialize(1) }),
        new("the leader refuses to be reinitialized", Rule.RefuseRequest, Healthy with { Request = new OperatorRequest.Reinitialize(1) }),
    ];

    public static IReadOnlyList<Example> NobodyLeads { get; } =
    [
        new("the best candidate takes the lease", Rule.AcquireLease, Leaderless),
        new("a leader that vanished is asked before its lease is taken", Rule.AskLastLeader,
            Leaderless.WithMemory(memory => memory with { LastLeader = new LastLeader(Alpha, "http://alpha:8008/patroni") })),
        new("a leader that still serves keeps what the store took from it", Rule.YieldToLastLeader,
            Leaderless.WithMemory(memory => memory with { LastLeader = new LastLeader(Alpha, "http://alpha:8008/patroni") { IsAsked = true, ServesUntil = Now + Second } })),
        new("a leader that has been silent since its lease ended is replaced", Rule.AcquireLease,
            Leaderless.WithMemory(memory => memory with { LastLeader = new LastLeader(Alpha, "http://alpha:8008/patroni") { IsAsked = true } })),
        new("a member that may not lead does not", Rule.NotAllowedToLead, Leaderless with { Tags = new MemberTags { NoFailover = true } }),
        new("a member outside the synchronous set does not lead", Rule.NotSynchronous, Leaderless.Synchronous(Gamma)),
        new("a member far behind does not lead", Rule.TooFarBehind,
            Leaderless.WithStore(store => store with { Status = store.Status with { LastPosition = new LogPosition(10_000_000) } })),
        new("a member of an ended timeline does not lead", Rule.BehindHistory, Leaderless.WithHistory(1, 2000, Alpha)),
        new("a member that failed to lead sits out", Rule.SitOut, Leaderless.WithMemory(memory => memory with { SitsOutUntil = Now + Second })),
        new("a member with a full disk does not lead", Rule.ShortOfDisk, Leaderless.WithDatabase(database => database with { Disk = new DiskSpace(1, 2, 1) })),
        new("a wished candidate goes first", Rule.YieldToCandidate, Leaderless.AskedToSwitch(null, Gamma)),
        new("a silent rival is waited for", Rule.AwaitReports, Leaderless.WithReport(Gamma, report => report with { Revision = new Revision(39) })),
        new("a member with less log steps back", Rule.YieldToBetter, Leaderless.WithReport(Gamma, report => report with { Position = new LogPosition(1001) })),
        new("a promise to a leader without the store is kept", Rule.PromisedToLeader,
            Leaderless.WithMemory(memory => memory with { Promise = new LeaderPromise(Alpha, Now + Second) })),
        new("a member that a leader need not ask does not lead", Rule.NotInFailsafe, Leaderless
            .WithPolicy(policy => policy with { UsesFailsafe = true })
            .WithStore(store => store with { Failsafe = new FailsafeMembers(Everybody.ApiUrls.Remove(Beta), new Revision(60)) })),
        new("the best candidate asks people where nobody may lead without", Rule.RequestApproval, Hybrid),
        new("a request that nobody answered is made anew", Rule.RequestApproval, Hybrid.Asking(request => request with { ExpiresAt = Hybrid.UtcNow })),
        new("an approval is waited for", Rule.AwaitApproval, Hybrid.Asking(request => request)),
        new("the approved candidate takes the lease", Rule.AcquireLease, Hybrid.Asking(request => request with { State = ApprovalState.Approved })),
        new("whom somebody has rejected waits for an operator", Rule.AwaitOperator, Hybrid.Asking(request => request with
        {
            State = ApprovalState.Rejected,
            Votes = [new ApprovalVote("alice", false, Hybrid.UtcNow, "rest", null)],
        })),
        new("nobody leads by itself where an operator must say who", Rule.AwaitOperator,
            Hybrid.WithPolicy(policy => policy with { Strategy = FailoverStrategy.Manual })),
        new("the lost leader goes on without being asked", Rule.AcquireLease,
            Hybrid.WithStore(store => store with { LastLeader = new LeaderRecord(Beta, new Term(10)) })),
        new("whom an operator names leads without an approval", Rule.AcquireLease, Hybrid.AskedToSwitch(null, Beta)),
        new("a stopped database starts to compete", Rule.StartToCompete, Leaderless.Crashed(false)),
        new("the first member asks to make the first database", Rule.ClaimInitialization, Newborn),
        new("the claimant makes the first database", Rule.Bootstrap, Claimed),
        new("the first database is made known", Rule.CompleteInitialization, Claimed with { Database = Healthy.Database }),
        new("a failed first database is given up", Rule.AbandonInitialization, Claimed.HavingFailed(DatabaseJobKind.Bootstrap, 1, TimeSpan.Zero)),
        new("a running primary becomes the first of a new cluster", Rule.AdoptSystem, Newborn with { Database = Healthy.Database }),
        new("the others wait for the first database", Rule.WaitForInitialization,
            Newborn.WithStore(store => store with { Initialization = new Initialization(null, SessionOf(Beta), new Revision(2)) })),
        new("nothing is decided about leading without a session", Rule.WaitForSession, Leaderless.WithoutSession()),
    ];

    private static ClusterView Hybrid => Leaderless
        .WithPolicy(policy => policy with { Strategy = FailoverStrategy.Hybrid });

    private static ClusterView Asking(this ClusterView view, Func<ApprovalRequest, ApprovalRequest> change) => view.WithStore(store => store with
    {
        Approval = change(new ApprovalRequest
        {
            Id = "10-1",
            State = ApprovalState.Pending,
            LostTerm = new Term(10),
            Former = Alpha,
            Reason = "alpha has lost its lease, and nobody leads",
            Candidate = Beta,
            Choice = "it is the best",
            WorstLoss = "nothing",
            AskedAt = view.UtcNow,
            ExpiresAt = view.UtcNow.AddMinutes(15),
            Revision = new Revision(70),
        }),
    });

    public static IReadOnlyList<Example> OtherConcerns { get; } =
    [
        new("a follower leaves alerts to the leader", Rule.LeaveAlerts, Following),
        new("a leader looks whether anything is worth telling", Rule.WatchAlerts, Healthy),
        new("a leader tells that a standby is gone", Rule.RaiseAlerts, Healthy
            .WithPolicy(policy => policy with { AlertRules = [new AlertRule("StandbyNotConnected", new AlertExpression(AlertFigures.StandbyConnected, "==", 0), TimeSpan.Zero, AlertSeverity.Critical, "{subject} is gone")] })
            .WithoutReport(Gamma)),
        new("a fencing is written down once the store takes it", Rule.RecordFencing, Healthy.WithMemory(memory => memory with { Fencing = new(DateTimeOffset.UnixEpoch, "FenceWithoutLease: its lease ended") })),
        new("a leader is recorded for when it is gone", Rule.RecordLeader, Healthy.WithStore(store => store with { LastLeader = null })),
        new("clients are served by the new primary", Rule.RecordRoute, Healthy
            .WithStore(store => store with { Route = new(new Term(10), "router-1", TimeSpan.Zero, false, new Revision(90)) })
            .WithMemory(memory => memory with { Takeover = new() { ServingAt = Now - Second } })),
        new("what was asked is closed once somebody leads", Rule.CloseApproval, Healthy.Asking(request => request)),
        new("a replica has no say in synchrony", Rule.SynchronyNotOurs, Following),
        new("a successor prepares whom its commits will wait for", Rule.PrepareSynchrony, Following.Synchronous(Beta)),
        new("a successor has prepared whom its commits will wait for", Rule.SynchronyPrepared, Following.Synchronous(Beta).WaitingFor(Gamma)),
        new("synchronous mode is off", Rule.SynchronyOff, Healthy),
        new("synchronous mode is switched off", Rule.TurnSynchronyOff, Healthy.WithStore(store => store with { Sync = new SyncState(Alpha, [Beta]) })),
        new("a lost standby leaves the store first", Rule.NarrowSynchrony, Healthy.Synchronous(Beta).WaitingFor(Beta)
            .WithDatabase(database => database with { Standbys = [] })),
        new("a doubtful write of the set is repeated", Rule.NarrowSynchrony, Healthy.Synchronous(Beta).WaitingFor(Beta)
            .WithMemory(memory => memory with { SyncInDoubt = SyncRevision })),
        new("commits are told to wait before the store is", Rule.ChangeSynchrony, Healthy.Synchronous()),
        new("a proven standby enters the store", Rule.WidenSynchrony, Healthy.Synchronous().WaitingFor(Beta)),
        new("a synchronous cluster stays as it is", Rule.KeepSynchrony, Healthy.Synchronous(Beta).WaitingFor(Beta)),
        new("a leader without the store asks the members", Rule.AskMembers, InOutage),
        new("a leader whose store went back and knows no session of it asks the members", Rule.AskMembers, InOutage.WithoutSession()
            .WithStore(store => store with { Setback = new StoreSetback(new Revision(100), new Revision(40), null) })
            .WithMemory(memory => memory with { StoreFailedAt = null, LeaseEndsAt = Now + Second })),
        new("somebody may have this member's name already", Rule.CheckName, Following.WithoutSession() with { ApiUrl = "http://elsewhere:8008/patroni" }),
        new("somebody has this member's name already", Rule.RefuseName, Following.WithoutSession().WithMemory(memory => memory with { HasNamesake = true })),
        new("a session is opened", Rule.OpenSession, Following.WithoutSession() with { ApiUrl = "http://beta:8008/patroni" }),
        new("a session is opened anew for another time to live", Rule.OpenSession, Healthy.WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromSeconds(9) })),
        new("a session is renewed", Rule.RenewSession, Healthy with { Session = Healthy.Session with { RenewedAt = Now - Second } }),
        new("a fresh session is kept", Rule.KeepSession, Healthy),
        new("a changed state is published", Rule.PublishReport, Following.WithDatabase(database => database with { IsStreaming = false })),
        new("a grown log is published", Rule.PublishStatus, Healthy.WithDatabase(database => database with { Position = new LogPosition(1000) })
            .WithStore(store => store with { Status = store.Status with { LastPosition = new LogPosition(900) } })
            .WithMemory(memory => memory with { StatusWrittenAt = Now - Second })),
        new("a new timeline is recorded", Rule.RecordHistory, Healthy
            .WithStore(store => store with { Status = Quiet(store) })
            .WithReport(Alpha, report => report with { Timeline = new Timeline(2) })
            .WithDatabase(database => database with
            {
                Timeline = new Timeline(2),
                History = [new TimelineChange(new Timeline(1), new LogPosition(900), "no recovery target specified", null, null)],
            })),
        new("the members that confirm a leader are recorded", Rule.RecordFailsafe, Healthy
            .WithPolicy(policy => policy with { UsesFailsafe = true })
            .WithStore(store => store with { Status = Quiet(store) })),
        new("slots follow the members", Rule.MaintainSlots, Healthy
            .WithStore(store => store with { Status = Quiet(store) })
            .WithMemory(memory => memory with { SlotsSet = [Beta] })),
        new("a loop later slots follow their members' positions", Rule.MaintainSlots, Healthy
            .WithStore(store => store with { Status = Quiet(store) })
            .WithMemory(memory => memory with { SlotsSetAt = Now - TimeSpan.FromSeconds(10) })),
        new("slots that could not be set a moment ago are not asked for again yet", Rule.NothingToReport, Healthy
            .WithStore(store => store with { Status = Quiet(store) })
            .WithMemory(memory => memory with { SlotsSet = [Beta], SlotsFailedAt = Now - Second })),
        new("a replica that another one streams from keeps its slot", Rule.MaintainSlots, Following
            .WithReport(Gamma, report => report with { Tags = report.Tags with { ReplicateFrom = Beta.Text } })
            .WithMemory(memory => memory with { MembersSeen = memory.MembersSeen.SetItem(Gamma, Now) })),
        new("an idle cluster writes nothing", Rule.NothingToReport, Following),
    ];

    public static IEnumerable<Example> All =>
    [
        .. BeforeAnythingIsKnown, .. APrimaryAndItsRight, .. ThisMemberLeads, .. APlannedChange, .. SomebodyElseLeads, .. NobodyLeads, .. OtherConcerns,
        .. GroupExamples.All,
    ];

    private static ClusterStatus Quiet(StoreView store) => store.Status with
    {
        Slots = store.Status.Slots.SetItem(Beta.Text, new LogPosition(1000)).SetItem(Gamma.Text, new LogPosition(1000)),
    };
}
