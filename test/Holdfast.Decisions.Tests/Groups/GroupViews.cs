using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Groups;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>A healthy group of three, as one of its members sees it; a test says only what differs.</summary>
internal static class GroupViews
{
    public static readonly GroupEpoch Epoch = new("17000000", 7);
    public static readonly TransactionSet Everything = Set("1-100");

    private static readonly MemberName[] All = [Alpha, Beta, Gamma];

    /// <summary>The group has elected alpha, which holds the lease; beta and gamma follow.</summary>
    public static ClusterView HealthyGroup { get; } = Healthy with
    {
        Database = DatabaseOf(Alpha),
        Store = Healthy.Store with
        {
            Status = ClusterStatus.Empty,
            Members = [MemberOf(Alpha), MemberOf(Beta), MemberOf(Gamma)],
            Failsafe = new FailsafeMembers(All.ToImmutableSortedDictionary(name => name, name => ReportOf(name, DatabaseRole.Replica).ApiUrl), new Revision(60)),
            History = [new TimelineChange(new Timeline(1), LogPosition.Zero, "elected by the group", null, Alpha.Text)],
        },
    };

    /// <summary>The same group seen by beta.</summary>
    public static ClusterView InGroup { get; } = SeenBy(HealthyGroup, Beta);

    /// <summary>Beta, when no group is left: every server runs, holds everything and is in none.</summary>
    public static ClusterView NoGroup { get; } = InGroup.WithoutLease()
        .WithDatabase(_ => OutsideOf(Beta))
        .WithReport(Alpha, OutOfGroup)
        .WithReport(Beta, OutOfGroup)
        .WithReport(Gamma, OutOfGroup);

    /// <summary>Beta, just elected by itself and gamma: alpha's host is gone, and the store names alpha still.</summary>
    public static ClusterView Elected { get; } = InGroup.WithoutReport(Alpha)
        .WithGroup(group => Later(group, Beta))
        .WithDatabase(database => database with { Role = DatabaseRole.Primary, IsStreaming = false })
        .WithReport(Gamma, report => report with { Group = Later(report.Group!, Beta) });

    /// <summary>Alpha, which was frozen: it calls itself the primary of three, and beta leads the other two since.</summary>
    public static ClusterView Frozen { get; } = HealthyGroup
        .WithReport(Beta, report => report with { State = MemberState.Running, Role = DatabaseRole.Primary, IsStreaming = false, Group = Later(report.Group!, Beta) })
        .WithReport(Gamma, report => report with { Group = Later(report.Group!, Beta) });

    public static string ServerOf(MemberName member) => $"server of {member}";

    public static string AddressOf(MemberName member) => $"{member}:33061";

    public static TransactionSet Set(string ranges) => TransactionSet.Parse($"3e11fa47-71ca-11e1-9e33-c80aa9429562:{ranges}")!;

    public static ClusterView SeenBy(ClusterView view, MemberName member) => view with
    {
        Self = member,
        Session = view.Session with { Id = SessionOf(member) },
        Database = DatabaseOf(member),
        Memory = new AgentMemory { StartedAt = TimeSpan.Zero, LastTerm = new Term(10), ReportedAt = Now },
    };

    public static DatabaseView DatabaseOf(MemberName member) => new()
    {
        Directory = DataDirectoryState.Valid,
        Process = DatabaseProcess.Running,
        IsResponsive = true,
        Role = member == Alpha ? DatabaseRole.Primary : DatabaseRole.Replica,
        SystemId = Views.System,
        IsStreaming = member != Alpha,
        HasCheckpointedSincePromotion = true,
        Group = GroupOf(member),
    };

    public static DatabaseView DownOf(MemberName member, DatabaseProcess process) => new()
    {
        Directory = DataDirectoryState.Valid,
        Process = process,
        SystemId = Views.System,
        Group = Out(GroupOf(member)),
    };

    public static DatabaseView OutsideOf(MemberName member) => DatabaseOf(member) with
    {
        Role = DatabaseRole.Replica,
        IsStreaming = false,
        Group = Out(GroupOf(member)),
    };

    /// <summary>Its server runs, in no group.</summary>
    public static MemberReport OutOfGroup(MemberReport report) => report with
    {
        State = MemberState.Running,
        Role = DatabaseRole.Replica,
        IsStreaming = false,
        Term = null,
        Group = Out(report.Group!),
    };

    public static MemberReport Ended(MemberReport report) => OutOfGroup(report) with { State = MemberState.Crashed };

    private static GroupView GroupOf(MemberName member) => new()
    {
        ServerId = ServerOf(member),
        Address = AddressOf(member),
        State = GroupState.Online,
        Epoch = Epoch,
        AcceptsWrites = member == Alpha,
        Transactions = Everything,
        Members = [.. All.Select(name => new GroupPeer(ServerOf(name), name.Text, 3306, GroupState.Online, name == Alpha, "8.4.3"))],
    };

    private static MemberReport MemberOf(MemberName member) =>
        ReportOf(member, member == Alpha ? DatabaseRole.Primary : DatabaseRole.Replica) with
        {
            Timeline = null,
            Position = LogPosition.Zero,
            ReplayPosition = member == Alpha ? null : LogPosition.Zero,
            Term = member == Alpha ? new Term(10) : null,
            Group = GroupOf(member),
        };

    private static GroupView AllWriting(GroupView group) => group with
    {
        IsMultiPrimary = true,
        AcceptsWrites = true,
        Members = [.. group.Members.Select(member => member with { IsPrimary = true })],
    };

    private static GroupView Out(GroupView group) => group with { State = GroupState.Offline, Members = [], Epoch = null, AcceptsWrites = false };

    /// <summary>The membership after this one: without alpha, and with another primary.</summary>
    private static GroupView Later(GroupView group, MemberName primary) => group with
    {
        Epoch = Epoch with { Number = Epoch.Number + 1 },
        AcceptsWrites = group.ServerId == ServerOf(primary),
        Members = [.. group.Members.Where(member => member.Host != Alpha.Text).Select(member => member with { IsPrimary = member.Host == primary.Text })],
    };

    extension(ClusterView view)
    {
        public ClusterView WithGroup(Func<GroupView, GroupView> change) =>
            view.WithDatabase(database => database with { Group = change(database.Group!) });

        /// <summary>This server sees another one so.</summary>
        public ClusterView Seeing(MemberName member, GroupState state) => view.WithGroup(group => group with
        {
            Members = [.. group.Members.Select(peer => peer.Host == member.Text ? peer with { State = state } : peer)],
        });

        /// <summary>One says of itself that it does not hear another.</summary>
        public ClusterView Deaf(MemberName member, MemberName other) => view.WithReport(member, report => report with
        {
            Group = report.Group! with
            {
                Members = [.. report.Group.Members.Select(peer => peer.Host == other.Text ? peer with { State = GroupState.Unreachable } : peer)],
            },
        });

        public ClusterView Remembering(Func<GroupMemory, GroupMemory> change) =>
            view.WithMemory(memory => memory with { Group = change(memory.Group) });

        /// <summary>Where the group reaches it was heard once.</summary>
        public ClusterView Knowing(MemberName member) =>
            view.Remembering(memory => memory with { Addresses = memory.Addresses.SetItem(ServerOf(member), AddressOf(member)) });

        public ClusterView DeadFor(MemberName member, TimeSpan time) =>
            view.Remembering(memory => memory with { DeadSince = memory.DeadSince.SetItem(ServerOf(member), view.Now - time) });

        public ClusterView BrokenFor(TimeSpan time) => view.Remembering(memory => memory with { BrokenLinkSince = view.Now - time });

        public ClusterView InMinorityFor(TimeSpan time) => view.Remembering(memory => memory with { MinoritySince = view.Now - time });

        public ClusterView WithRoom(long freeBytes) =>
            view.WithDatabase(database => database with { Disk = new DiskSpace(freeBytes, 1L << 40, 1L << 30) });

        public ClusterView Wishing(GroupMode? mode) => view.WithPolicy(policy => policy with { GroupMode = mode });

        /// <summary>Every member accepts writes, by its own word and by everybody else's.</summary>
        public ClusterView MultiPrimary() => view
            .WithDatabase(database => database with { Role = DatabaseRole.Primary, IsStreaming = false, Group = AllWriting(database.Group!) })
            .WithStore(store => store with
            {
                Members =
                [
                    .. store.Members.Select(report => report with
                    {
                        State = MemberState.Running, Role = DatabaseRole.Primary, IsStreaming = false, Group = AllWriting(report.Group!),
                    }),
                ],
            });

        /// <summary>The others' group has gone on without this server.</summary>
        public ClusterView LetGo() => view.WithStore(store => store with
        {
            Members =
            [
                .. store.Members.Select(report => report.Name == view.Self ? report : report with
                {
                    Group = report.Group! with { Members = [.. report.Group!.Members.Where(peer => peer.Host != view.Self.Text)] },
                }),
            ],
        });

        public ClusterView Holding(MemberName member, string ranges) => member == view.Self
            ? view.WithGroup(group => group with { Transactions = Set(ranges) }).WithReport(member, report => Holding(report, ranges))
            : view.WithReport(member, report => Holding(report, ranges));

        /// <summary>This member holds the lease, in a later term than alpha did.</summary>
        public ClusterView Leading() => view.WithLeader(view.Self);
    }

    private static MemberReport Holding(MemberReport report, string ranges) => report with { Group = report.Group! with { Transactions = Set(ranges) } };
}
