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
    public void At_most_one_member_puts_out_another_and_never_one_whose_server_runs()
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
            Assert.All(expelled, address => Assert.DoesNotContain(
                world, view => view.Database.Group!.Address == address && view.Database.Process == DatabaseProcess.Running));
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
        var databases = Names.ToDictionary(name => name, name => Database(random, name));
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
        return [.. Names.Select(name => SeenBy(HealthyGroup with { Store = store }, name) with { Database = databases[name] })];
    }

    private static DatabaseView Database(Random random, MemberName name)
    {
        var database = random.Next(4) switch
        {
            0 => DownOf(name, random.Next(2) == 0 ? DatabaseProcess.Crashed : DatabaseProcess.Stopped),
            1 => OutsideOf(name),
            _ => DatabaseOf(name) with { Group = Inside(random, DatabaseOf(name).Group!) },
        };
        var holds = (string[])["1-100", "1-100", "1-99", "1-98:100", "1-101"];
        return database with { Group = database.Group! with { Transactions = Set(holds[random.Next(holds.Length)]) } };
    }

    /// <summary>One of two memberships, with any of its members missed.</summary>
    private static GroupView Inside(Random random, GroupView group)
    {
        var isLater = random.Next(2) == 0 && group.ServerId != ServerOf(Alpha);
        return group with
        {
            State = random.Next(6) == 0 ? GroupState.Recovering : GroupState.Online,
            Epoch = Epoch with { Number = Epoch.Number + (isLater ? 1 : 0) },
            Members =
            [
                .. group.Members
                    .Where(member => !isLater || member.Host != Alpha.Text)
                    .Select(member => member with
                    {
                        IsPrimary = member.Host == (isLater ? Beta : Alpha).Text,
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
        Group = database.Group,
    };
}
