namespace Holdfast.Decisions;

/// <summary>Every reason an agent can have for what it does. Each has a page in docs/rules and a test that reaches it.</summary>
public enum Rule
{
    // Before anything is known.
    WaitForStore,
    WaitForStoreUnderGuard,
    StoreWentBack,
    FenceUnknownPrimary,
    RefuseForeignSystem,
    RefuseForeignDirectory,

    // A primary and its right to be one.
    FenceWithoutLease,
    FenceRecoveryWithoutLease,
    ReclaimLease,
    AdoptPrimary,
    KeepPrimaryWhilePaused,
    StayPaused,
    WaitForJob,
    WaitForDatabase,

    KeepPrimaryOnTrust,
    RetakeLease,

    // This member leads.
    KeepLeading,
    Promote,
    GiveUpPromotion,
    AwaitFinalPosition,
    HandBackIncompletePromotion,
    AwaitFinalPositions,
    HandOverAfterCrash,
    RecoverInPlace,
    ReleaseAfterCrash,
    ReleaseWithoutDatabase,
    RetryStart,
    KillHungPrimary,
    LeadPaused,

    // A planned change of leader.
    CheckpointBeforeSwitchover,
    DrainClients,
    MakeCandidateSynchronous,
    StopForSwitchover,
    HandOverToCandidate,
    RevertSwitchover,
    RejectSwitchover,
    AwaitSchedule,

    // The agent ends.
    StopForShutdown,
    HandOverForShutdown,
    ReleaseForShutdown,
    ShutDown,

    // Somebody else leads.
    FollowLeader,
    KeepFollowing,
    WaitForLeader,
    StartFollowing,
    StopDiverged,
    Rewind,
    AwaitLeaderCheckpoint,
    Clone,
    CloneInsteadOfRewind,
    KeepDirectory,
    RetryLater,

    // Nobody leads.
    AcquireLease,
    AskLastLeader,
    YieldToLastLeader,
    NotAllowedToLead,
    PromisedToLeader,
    NotInFailsafe,
    NotSynchronous,
    TooFarBehind,
    BehindHistory,
    SitOut,
    ShortOfDisk,
    YieldToCandidate,
    AwaitReports,
    YieldToBetter,
    StartToCompete,
    ClaimInitialization,
    Bootstrap,
    CompleteInitialization,
    AbandonInitialization,
    AdoptSystem,
    WaitForInitialization,
    WaitForSession,
    RequestApproval,
    AwaitApproval,
    AwaitOperator,

    // What an operator asked of this member.
    RestartOnRequest,
    ReinitializeOnRequest,
    RefuseRequest,

    // A group whose servers elect their primary themselves.
    JoinGroup,
    CatchUp,
    RecordPrimary,
    ElectPrimary,
    ChangeGroupMode,
    LeaveFullDisk,
    RejoinBrokenLink,
    ExpelDead,
    FenceExpelled,
    MajorityLost,
    DissolveMinority,
    GiveUpJoining,
    AwaitMembers,
    NoMemberHoldsAll,
    BootstrapGroup,
    RecordMembers,

    // Whom commits wait for.
    SynchronyNotOurs,
    PrepareSynchrony,
    SynchronyPrepared,
    SynchronyOff,
    TurnSynchronyOff,
    NarrowSynchrony,
    ChangeSynchrony,
    WidenSynchrony,
    KeepSynchrony,

    // The session in the store.
    AskMembers,
    CheckName,
    RefuseName,
    OpenSession,
    RenewSession,
    KeepSession,

    // What people are told.
    LeaveAlerts,
    WatchAlerts,
    RaiseAlerts,

    // What others are told.
    PublishReport,
    PublishStatus,
    RecordHistory,
    RecordFailsafe,
    RecordLeader,
    RecordRoute,
    RecordFencing,
    CloseApproval,
    MaintainSlots,
    NothingToReport,
}
