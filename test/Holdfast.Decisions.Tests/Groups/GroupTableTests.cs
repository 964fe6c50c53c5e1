using System.Collections.Immutable;
using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>Questions asked of every state that three servers and their agents' reports can be in.</summary>
public class GroupTableTests
{
    private const int Worlds = 10_000;

    private static readonly MemberName[] Names = [Alpha, Beta, Gamma];

    [Fact]
    public void No_invariant_objects_to_any_decision()
    {
        foreach (var view in EveryWorld().SelectMany(world => world))
        {
            foreach (var (concern, decision) in TurnRules.Decide(view).Decisions)
            {
                var objections = Invariants.Check(view, decision);
                Assert.True(objections.Count == 0, $"{concern}: {decision.Rule}: {string.Join("; ", objections)}\n{view}");
            }
        }
    }

    [Fact]
    public void One_member_at_most_begins_a_group_and_it_holds_all_that_anybody_says_to_hold()
    {
        foreach (var world in EveryWorld())
        {
            var beginners = world.Where(view => TurnRules.Decide(view).Leadership is { Rule: Rule.BootstrapGroup }).ToArray();
            Assert.InRange(beginners.Count(view => view.SelfHoldsLiveLease), 0, 1);
            Assert.All(beginners.Where(view => view.Store.Switchover is null), view =>
            {
                Assert.Null(view.OthersLease);
                Assert.All(view.Others, report => Assert.True(view.Database.Group!.Transactions.Contains(report.Group!.Transactions)));
                Assert.All(view.Store.Failsafe!.ApiUrls.Keys.Where(name => name != view.Self), name => Assert.True(view.Report(name) is { State: MemberState.Running, Group.State: GroupState.Offline or GroupState.Error }));
            });
        }
    }

    [Fact]
    public void Nobody_is_put_out_whose_own_agent_says_that_its_server_takes_part_or_joins()
    {
        foreach (var world in EveryWorld())
        {
            var expelled = world
                .SelectMany(view => TurnRules.Decide(view).Leadership.Actions)
                .OfType<HaAction.Begin>()
                .Select(begin => begin.Work)
                .OfType<DatabaseWork.Expel>()
                .Select(expel => expel.Address)
                .ToArray();
            Assert.All(expelled, address => Assert.DoesNotContain(world, view =>
                view.OwnReport is { State: MemberState.Running or MemberState.Streaming, Group: { } group }
                && group.Address == address
                && (group.IsJoining || group.State is GroupState.Online or GroupState.Recovering)));
        }
    }

    [Fact]
    public void One_member_at_most_leaves_for_a_broken_connection_and_neither_the_primary_nor_the_last_that_works()
    {
        foreach (var world in EveryWorld())
        {
            var leaving = world.Where(view => TurnRules.Decide(view).Leadership.Rule == Rule.RejoinBrokenLink).ToArray();
            Assert.All(leaving.GroupBy(view => view.Database.Group!.Epoch), group => Assert.Single(group));
            Assert.All(leaving, view => Assert.False(view.Database.Group!.IsMultiPrimary ? view.Store.Lease?.Holder == view.Self : view.Database.Group.Own!.IsPrimary));
            Assert.All(leaving, view => Assert.Contains(view.Others, report => report.Group is { IsServing: true }));
        }
    }

    [Fact]
    public void A_server_leaves_its_full_disk_only_to_one_that_serves_and_has_room()
    {
        foreach (var view in EveryWorld().SelectMany(world => world).Where(view => TurnRules.Decide(view).Leadership.Rule == Rule.LeaveFullDisk))
        {
            Assert.Contains(view.Others, report => report is { IsShortOfDisk: false, Group.IsServing: true });
        }
    }

    [Fact]
    public void A_minority_is_dissolved_only_while_nobody_is_heard_to_work()
    {
        foreach (var view in EveryWorld().SelectMany(world => world).Where(view => TurnRules.Decide(view).Leadership.Rule == Rule.DissolveMinority))
        {
            var group = view.Database.Group!;
            Assert.All(
                view.Others.Where(report => group.Members.Any(member => member.ServerId == report.Group?.ServerId)),
                report => Assert.False(report.Group is { IsServing: true, Primary: not null } works && works.Epoch == group.Epoch, $"{report.Name} works\n{view}"));
        }
    }

    [Fact]
    public void The_mode_is_changed_by_the_holder_of_the_lease_alone()
    {
        foreach (var view in EveryWorld().SelectMany(world => world).Where(view => TurnRules.Decide(view).Leadership.Rule == Rule.ChangeGroupMode))
        {
            Assert.True(view.SelfHoldsLiveLease);
            Assert.NotEqual(view.Policy.GroupMode, view.Database.Group!.Mode);
        }
    }

    [Fact]
    public void No_server_that_serves_is_stopped_but_for_a_later_membership()
    {
        foreach (var view in EveryWorld().SelectMany(world => world).Where(view => view.Database is { IsResponsive: true, Group.IsServing: true }))
        {
            var decision = TurnRules.Decide(view).Leadership;
            Assert.True(
                !decision.Actions.Contains(new HaAction.Fence()) || decision.Rule is Rule.FenceExpelled or Rule.DissolveMinority,
                $"{decision.Rule}: {decision.Reason}");
        }
    }

    [Fact]
    public void Every_rule_about_what_a_group_does_by_itself_is_reached() =>
        Assert.Superset(
            new HashSet<Rule>(
            [
                Rule.KeepLeading, Rule.KeepFollowing, Rule.RecordPrimary, Rule.ExpelDead, Rule.FenceExpelled, Rule.MajorityLost, Rule.DissolveMinority,
                Rule.JoinGroup, Rule.CatchUp, Rule.AwaitMembers, Rule.NoMemberHoldsAll, Rule.YieldToBetter, Rule.BootstrapGroup, Rule.StartFollowing,
                Rule.LeaveFullDisk, Rule.ShortOfDisk, Rule.RejoinBrokenLink, Rule.ChangeGroupMode, Rule.WaitForJob,
            ]),
            EveryWorld().SelectMany(world => world).Select(view => TurnRules.Decide(view).Leadership.Rule).ToHashSet());

    /// <summary>Each world is what all three members see at one moment; their reports are as new as their own views.</summary>
    private static IEnumerable<ImmutableArray<ClusterView>> EveryWorld()
    {
        var random = new Random(20260501);
        for (var index = 0; index < Worlds; index++)
        {
            yield return World(random);
        }
    }

    private static ImmutableArray<ClusterView> World(Random random)
    {
        var isMultiPrimary = random.Next(4) == 0;
        var databases = Names.ToDictionary(name => name, name => Database(random, name, isMultiPrimary));
        var holder = random.Next(4) is var chosen and < 3 ? Names[chosen] : (MemberName?)null;
        var store = HealthyGroup.Store with
        {
            Lease = holder is { } leader ? new LeaderLease(leader, new Term(10), SessionOf(leader)) : null,
            LeaderlessSince = holder is null ? new Revision(40) : null,
            Members = [.. Names.Where(_ => random.Next(8) > 0).Select(name => Report(name, databases[name]))],
            Failsafe = new FailsafeMembers(
                HealthyGroup.Store.Failsafe!.ApiUrls.RemoveRange(Names.Skip(2).Where(_ => random.Next(3) == 0)), new Revision(60)),
            Switchover = random.Next(8) == 0 ? new SwitchoverRequest(null, Names[random.Next(3)], null, null, new Revision(61)) : null,
        };
        var policy = HealthyGroup.Policy with { GroupMode = random.Next(3) is var mode and < 2 ? (GroupMode)mode : null };
        return
        [
            .. Names.Select(name => SeenBy(HealthyGroup with { Store = store, Policy = policy }, name)
                .Remembering(_ => Memory(random)) with { Database = databases[name] }),
        ];
    }

    /// <summary>Everybody is known, and things have been as they are for up to fifteen seconds.</summary>
    private static GroupMemory Memory(Random random) => new()
    {
        Addresses = Names.ToImmutableSortedDictionary(ServerOf, AddressOf),
        DeadSince = Names.ToImmutableSortedDictionary(ServerOf, _ => Ago(random)),
        MinoritySince = Ago(random),
        BrokenLinkSince = Ago(random),
    };

    private static TimeSpan Ago(Random random) => Now - TimeSpan.FromSeconds(random.Next(16));

    private static DatabaseView Database(Random random, MemberName name, bool isMultiPrimary)
    {
        var database = random.Next(4) switch
        {
            0 => DownOf(name, random.Next(2) == 0 ? DatabaseProcess.Crashed : DatabaseProcess.Stopped),
            1 => OutsideOf(name) with
            {
                Job = random.Next(3) == 0 ? new DatabaseJob(5, DatabaseJobKind.JoinGroup, JobState.Running, Now, null, "joining") : null,
            },
            _ => Writing(DatabaseOf(name) with { Group = Inside(random, DatabaseOf(name).Group!, isMultiPrimary) }),
        };
        var holds = (string[])["1-100", "1-100", "1-99", "1-98:100", "1-101"];
        return database with
        {
            Group = database.Group! with { Transactions = Set(holds[random.Next(holds.Length)]) },
            Disk = new DiskSpace(random.Next(6) == 0 ? random.Next(128) << 20 : 10L << 30, 20L << 30, 1L << 30),
        };
    }

    private static DatabaseView Writing(DatabaseView database) => database.Group is { State: GroupState.Online, Own.IsPrimary: true }
        ? database with { Role = DatabaseRole.Primary, IsStreaming = false }
        : database with { Role = DatabaseRole.Replica, IsStreaming = database.Group!.State == GroupState.Online };

    /// <summary>One of two memberships, with any of its members missed.</summary>
    private static GroupView Inside(Random random, GroupView group, bool isMultiPrimary)
    {
        var isLater = random.Next(2) == 0 && group.ServerId != ServerOf(Alpha);
        return group with
        {
            State = random.Next(6) == 0 ? GroupState.Recovering : GroupState.Online,
            Epoch = Epoch with { Number = Epoch.Number + (isLater ? 1 : 0) },
            IsMultiPrimary = isMultiPrimary,
            Members =
            [
                .. group.Members
                    .Where(member => !isLater || member.Host != Alpha.Text)
                    .Select(member => member with
                    {
                        IsPrimary = isMultiPrimary || member.Host == (isLater ? Beta : Alpha).Text,
                        State = member.ServerId != group.ServerId && random.Next(4) == 0 ? GroupState.Unreachable : GroupState.Online,
                    }),
            ],
        };
    }

    private static MemberReport Report(MemberName name, DatabaseView database) => HealthyGroup.Report(name)! with
    {
        State = database.Process switch
        {
            DatabaseProcess.Crashed => MemberState.Crashed,
            DatabaseProcess.Stopped => MemberState.Stopped,
            _ => database.IsStreaming ? MemberState.Streaming : MemberState.Running,
        },
        Role = database.Role == DatabaseRole.Primary ? DatabaseRole.Primary : DatabaseRole.Replica,
        IsStreaming = database.IsStreaming,
        IsShortOfDisk = database.Disk is { FreeBytes: < 64L << 20 },
        Group = database.Group! with { IsJoining = database.IsDoing(DatabaseJobKind.JoinGroup) },
    };
}
