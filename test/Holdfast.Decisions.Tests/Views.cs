using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Tests;

/// <summary>A healthy cluster of three, as one of its members sees it; a test says only what differs.</summary>
internal static class Views
{
    public static readonly MemberName Alpha = new("alpha");
    public static readonly MemberName Beta = new("beta");
    public static readonly MemberName Gamma = new("gamma");
    public static readonly Revision SyncRevision = new(20);
    public const string System = "7000000000000000001";
    public static readonly TimeSpan Now = TimeSpan.FromHours(1);

    /// <summary>Alpha leads a running primary; beta and gamma stream from it.</summary>
    public static ClusterView Healthy { get; } = new()
    {
        Self = Alpha,
        Now = Now,
        UtcNow = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
        Policy = new Policy { TimeToLive = TimeSpan.FromSeconds(3), LoopWait = TimeSpan.FromSeconds(1), RetryTimeout = TimeSpan.FromSeconds(1) },
        Tags = MemberTags.None,
        Store = new StoreView
        {
            IsKnown = true,
            ConfirmedAt = Now,
            Revision = new Revision(100),
            Initialization = new Initialization(System, null, new Revision(2)),
            Lease = new LeaderLease(Alpha, new Term(10), SessionOf(Alpha)),
            Members = [ReportOf(Alpha, DatabaseRole.Primary) with { Term = new Term(10) }, ReportOf(Beta, DatabaseRole.Replica), ReportOf(Gamma, DatabaseRole.Replica)],
            Status = new ClusterStatus(new LogPosition(1000), ImmutableSortedDictionary<string, LogPosition>.Empty),
            SyncRevision = SyncRevision,
            ConfigurationRevision = new Revision(3),
            LastLeader = new LeaderRecord(Alpha, new Term(10)),
        },
        Session = new OwnSession { Id = SessionOf(Alpha), TimeToLive = TimeSpan.FromSeconds(3), RenewedAt = Now, FenceAt = Now + TimeSpan.FromSeconds(2.5) },
        Database = Primary,
        Memory = new AgentMemory
        {
            StartedAt = TimeSpan.Zero,
            HasLed = true,
            LeadingSince = Now - TimeSpan.FromMinutes(10),
            LastTerm = new Term(10),
            ReportedAt = Now,
            StatusWrittenAt = Now,
            SlotsSet = [Beta, Gamma],
            SlotsSetAt = Now,
            MembersSeen = ImmutableSortedDictionary<MemberName, TimeSpan>.Empty.Add(Beta, Now).Add(Gamma, Now),
        },
    };

    /// <summary>The same cluster seen by beta, a streaming replica.</summary>
    public static ClusterView Following { get; } = Healthy with
    {
        Self = Beta,
        Session = Healthy.Session with { Id = SessionOf(Beta) },
        Database = Replica,
        Memory = new AgentMemory { StartedAt = TimeSpan.Zero, LastTerm = new Term(10), ReportedAt = Now, SlotsSetAt = Now },
    };

    /// <summary>Beta, the moment after the leader key went: everybody has said how far its log goes.</summary>
    public static ClusterView Leaderless { get; } = Following with
    {
        Store = Following.Store with
        {
            Lease = null,
            LeaderlessSince = new Revision(40),
            Members = [ReportOf(Beta, DatabaseRole.Replica), ReportOf(Gamma, DatabaseRole.Replica)],
        },
        Memory = Following.Memory with { LeaderlessAt = Now },
    };

    /// <summary>Alpha, with an empty directory, in a cluster that has nothing yet.</summary>
    public static ClusterView Newborn { get; } = Healthy with
    {
        Store = new StoreView { IsKnown = true, ConfirmedAt = Now, Revision = new Revision(1) },
        Database = new DatabaseView { Directory = DataDirectoryState.Empty, Process = DatabaseProcess.Stopped },
        Memory = new AgentMemory { StartedAt = Now },
    };

    /// <summary>Alpha, asked to hand over to beta: all that is left is to stop.</summary>
    public static ClusterView ReadyToStop => Healthy.AskedToSwitch(Alpha, Beta)
        .WithMemory(memory => memory with { SwitchoverSeenAt = Now - TimeSpan.FromSeconds(5) })
        .HavingDone(DatabaseJobKind.Checkpoint, JobState.Succeeded);

    private static DatabaseView Primary => new()
    {
        Directory = DataDirectoryState.Valid,
        Process = DatabaseProcess.Running,
        IsResponsive = true,
        Role = DatabaseRole.Primary,
        SystemId = System,
        Timeline = new Timeline(1),
        Position = new LogPosition(1000),
        Standbys = [new(Beta, true, false, new LogPosition(1000)), new(Gamma, true, false, new LogPosition(1000))],
        HasCheckpointedSincePromotion = true,
        Disk = new DiskSpace(10L << 30, 20L << 30, 1L << 30),
    };

    private static DatabaseView Replica => Primary with
    {
        Role = DatabaseRole.Replica,
        ReplayPosition = new LogPosition(1000),
        IsStreaming = true,
        Standbys = [],
        Upstream = UpstreamOf(Alpha),
        HasCheckpointedSincePromotion = false,
    };

    public static SessionId SessionOf(MemberName member) => new($"session of {member}");

    public static Upstream UpstreamOf(MemberName member) => new(member, member.Text, 5432);

    public static MemberReport ReportOf(MemberName member, DatabaseRole role) => new()
    {
        Name = member,
        Session = SessionOf(member),
        Revision = new Revision(50),
        State = role == DatabaseRole.Primary ? MemberState.Running : MemberState.Streaming,
        Role = role,
        ConnectUrl = $"postgres://{member}:5432/postgres",
        ApiUrl = $"http://{member}:8008/patroni",
        Timeline = new Timeline(1),
        Position = new LogPosition(1000),
        ReplayPosition = role == DatabaseRole.Replica ? new LogPosition(1000) : null,
        IsStreaming = role == DatabaseRole.Replica,
        HasCheckpointedSincePromotion = role == DatabaseRole.Primary,
    };

    extension(ClusterView view)
    {
        public ClusterView WithPolicy(Func<Policy, Policy> change) => view with { Policy = change(view.Policy) };

        public ClusterView WithStore(Func<StoreView, StoreView> change) => view with { Store = change(view.Store) };

        public ClusterView WithDatabase(Func<DatabaseView, DatabaseView> change) => view with { Database = change(view.Database) };

        public ClusterView WithMemory(Func<AgentMemory, AgentMemory> change) => view with { Memory = change(view.Memory) };

        public ClusterView WithReport(MemberName member, Func<MemberReport, MemberReport> change) =>
            view.WithStore(store => store with { Members = [.. store.Members.Select(report => report.Name == member ? change(report) : report)] });

        public ClusterView WithoutReport(MemberName member) =>
            view.WithStore(store => store with { Members = [.. store.Members.Where(report => report.Name != member)] });

        public ClusterView WithoutLease() => view.WithStore(store => store with { Lease = null, LeaderlessSince = new Revision(40) });

        public ClusterView WithLeader(MemberName member) =>
            view.WithStore(store => store with { Lease = new LeaderLease(member, new Term(30), SessionOf(member)), LeaderlessSince = null });

        public ClusterView WithoutSession() => view with { Session = OwnSession.None };

        public ClusterView Paused() => view.WithPolicy(policy => policy with { IsPaused = true });

        public ClusterView Synchronous(params MemberName[] standbys) => view
            .WithPolicy(policy => policy with { SynchronousMode = SynchronousMode.On })
            .WithStore(store => store with { Sync = new SyncState(Alpha, [.. standbys]) });

        /// <summary>Commits wait for these, and have for long.</summary>
        public ClusterView WaitingFor(params MemberName[] standbys) => view.WithDatabase(database => database with
        {
            Synchronous = new SyncSetting([.. standbys], standbys.Length, false, new LogPosition(500)),
            Standbys = [.. database.Standbys.Select(standby => standby with { IsSynchronous = standbys.Contains(standby.Member) })],
        });

        public ClusterView Crashed(bool wasPrimary) => view.WithDatabase(_ => new DatabaseView
        {
            Directory = DataDirectoryState.Valid,
            Process = DatabaseProcess.Crashed,
            SystemId = System,
            Timeline = new Timeline(1),
            Control = new ControlState(false, wasPrimary, new LogPosition(900), new Timeline(1)),
        });

        public ClusterView StoppedCleanly(bool wasPrimary) => view.Crashed(wasPrimary).WithDatabase(database => database with
        {
            Process = DatabaseProcess.Stopped,
            Control = database.Control! with { WasShutDownCleanly = true, Checkpoint = new LogPosition(1000) },
        });

        public ClusterView Doing(DatabaseJobKind kind) => view.WithDatabase(database => database with
        {
            Job = new DatabaseJob(5, kind, JobState.Running, Now - TimeSpan.FromSeconds(1), null, "half done"),
        });

        public ClusterView HavingDone(DatabaseJobKind kind, JobState state) => view.WithDatabase(database => database with
        {
            Job = new DatabaseJob(5, kind, state, Now - TimeSpan.FromSeconds(2), Now - TimeSpan.FromSeconds(1), "so it was"),
        });

        public ClusterView HavingFailed(DatabaseJobKind kind, int count, TimeSpan ago) =>
            view.WithMemory(memory => memory with { LastFailure = new JobFailure(kind, "it broke", Now - ago, count) });

        public ClusterView AskedToSwitch(MemberName? from, MemberName? to) => view
            .WithStore(store => store with { Switchover = new SwitchoverRequest(from, to, null, null, new Revision(60)) })
            .WithMemory(memory => memory with { SwitchoverSeenAt = Now - TimeSpan.FromSeconds(1) });

        public ClusterView WithRouter(Revision? drainedFor) =>
            view.WithStore(store => store with { Routers = [new RouterReport("router-1", drainedFor)] });

        public ClusterView WithHistory(int timeline, long position, MemberName leader) => view.WithStore(store => store with
        {
            History = [new TimelineChange(new Timeline(timeline), new LogPosition(position), "no recovery target specified", null, leader.Text)],
        });
    }
}
