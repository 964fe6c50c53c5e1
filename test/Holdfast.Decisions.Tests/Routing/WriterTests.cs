using System.Collections.Immutable;
using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Routing.RoutingViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Routing;

/// <summary>Which members take writes where a group has one primary, and where all of its members are primaries.</summary>
public class WriterTests
{
    private static readonly RoutingView Single = In(isMultiPrimary: false);
    private static readonly RoutingView Multi = In(isMultiPrimary: true);
    private static readonly RoutingView GammaPutOut = Multi.WithReport(Alpha, WithoutGamma).WithReport(Beta, WithoutGamma);

    [Fact]
    public void All_primaries_of_a_group_take_writes_and_none_of_them_reads()
    {
        Assert.Equal([Alpha, Beta, Gamma], Writers(Multi));
        Assert.DoesNotContain(RoutingRules.Decide(Multi).Members, member => member.TakesReads);
    }

    [Fact]
    public void Where_there_is_one_primary_it_alone_takes_writes_and_the_others_reads()
    {
        Assert.Equal([Alpha], Writers(Single));
        Assert.Equal([Beta, Gamma], RoutingRules.Decide(Single).Members.Where(member => member.TakesReads).Select(member => member.Name));
    }

    [Fact]
    public void Without_a_group_a_second_one_that_calls_itself_a_primary_takes_no_writes() =>
        Assert.Equal([Alpha], Writers(Routed.WithReport(Beta, report => report with { State = MemberState.Running, Role = DatabaseRole.Primary })));

    [Fact]
    public void In_a_group_with_one_primary_a_second_one_that_calls_itself_so_takes_no_writes() =>
        Assert.Equal([Alpha], Writers(Single.WithReport(Beta, _ => Multi.Member(Beta)!.Report)));

    [Fact]
    public void One_tagged_noloadbalance_takes_writes_only_while_it_holds_the_lease()
    {
        var tagged = Multi.WithReport(Beta, report => report with { Tags = new MemberTags { NoLoadBalance = true } });

        Assert.Equal([Alpha, Gamma], Writers(tagged));
        Assert.Equal([Alpha, Beta, Gamma], Writers(tagged.LedBy(Beta, 20)));
    }

    [Fact]
    public void One_that_was_put_out_takes_no_writes_though_it_calls_itself_a_primary_and_its_connections_end()
    {
        var plan = RoutingRules.Decide(GammaPutOut);

        Assert.Equal([Alpha, Beta], Writers(GammaPutOut));
        Assert.True(plan.MustCut(Gamma, new Term(10)));
        Assert.False(plan.MustCut(Alpha, new Term(10)));
        Assert.False(plan.MustCut(Beta, new Term(10)));
    }

    [Fact]
    public void One_that_the_holder_of_the_lease_does_not_hear_takes_no_writes_and_its_connections_end()
    {
        var missed = Multi.WithReport(Alpha, report => report with { Group = Seeing(report.Group!, Gamma, GroupState.Unreachable) });

        Assert.Equal([Alpha, Beta], Writers(missed));
        Assert.True(RoutingRules.Decide(missed).MustCut(Gamma, new Term(10)));
    }

    [Fact]
    public void One_that_is_catching_up_or_down_or_hears_no_majority_takes_no_writes()
    {
        Func<MemberReport, MemberReport>[] unfit =
        [
            report => report with { Group = Seeing(report.Group!, Gamma, GroupState.Recovering) with { State = GroupState.Recovering } },
            report => report with { State = MemberState.Stopping },
            report => report with { State = MemberState.Crashed, Group = report.Group! with { State = GroupState.Offline, Members = [] } },
            report => report with { Group = Seeing(Seeing(report.Group!, Alpha, GroupState.Unreachable), Beta, GroupState.Unreachable) },
            report => report with { Group = null },
            report => report with { Group = report.Group! with { ServerId = null } },
        ];

        Assert.All(unfit, change => Assert.Equal([Alpha, Beta], Writers(Multi.WithReport(Gamma, change))));
    }

    [Fact]
    public void Nobody_takes_writes_while_the_group_of_the_holder_has_no_majority_but_the_holder()
    {
        var alone = Multi.WithReport(Alpha, report => report with
        {
            Group = Seeing(Seeing(report.Group!, Beta, GroupState.Unreachable), Gamma, GroupState.Unreachable),
        });

        Assert.Equal([Alpha], Writers(alone));
    }

    [Fact]
    public void Nobody_takes_writes_while_nobody_holds_the_lease_and_no_connection_ends()
    {
        var plan = RoutingRules.Decide(Multi with { Lease = null });

        Assert.DoesNotContain(plan.Members, member => member.TakesWrites);
        Assert.All(Names, name => Assert.False(plan.MustCut(name, new Term(10))));
    }

    [Fact]
    public void A_lease_that_moves_among_primaries_ends_no_connection()
    {
        var moved = RoutingRules.Decide(Multi.LedBy(Beta, 20).WithReport(Alpha, report => report with { Term = null }));

        Assert.Equal((Beta, Beta, new Term(20)), (moved.Leader, moved.Primary, moved.Term));
        Assert.All(Names, name => Assert.False(moved.MustCut(name, new Term(10))));
    }

    [Fact]
    public void One_that_calls_itself_a_replica_loses_its_connections() =>
        Assert.True(RoutingRules.Decide(Multi.WithReport(Beta, report => report with { Role = DatabaseRole.Replica })).MustCut(Beta, new Term(10)));

    [Fact]
    public void When_a_group_goes_over_to_one_primary_only_that_one_s_connections_go_on()
    {
        var plan = RoutingRules.Decide(Single);

        Assert.Equal([false, true, true], Names.Select(name => plan.MustCut(name, new Term(10))));
    }

    [Fact]
    public void Without_the_store_the_group_of_the_one_that_is_asked_first_says_who_takes_writes()
    {
        var lost = Names.Aggregate(GammaPutOut with { IsStoreLost = true }, (view, name) => view.Saying(name, new MemberHealth(DatabaseRole.Primary, null, null, null)));

        Assert.Equal([Alpha, Beta], Writers(lost));
    }

    private static ImmutableArray<MemberName> Names => [Alpha, Beta, Gamma];

    private static IEnumerable<MemberName> Writers(RoutingView view) =>
        RoutingRules.Decide(view).Members.Where(member => member.TakesWrites).Select(member => member.Name);

    private static RoutingView In(bool isMultiPrimary) => Names.Aggregate(Routed, (view, name) => view.WithReport(name, report => report with
    {
        State = isMultiPrimary || name == Alpha ? MemberState.Running : MemberState.Streaming,
        Role = isMultiPrimary || name == Alpha ? DatabaseRole.Primary : DatabaseRole.Replica,
        Group = new GroupView
        {
            ServerId = $"server of {name}",
            State = GroupState.Online,
            IsMultiPrimary = isMultiPrimary,
            Members = [.. Names.Select(peer => new GroupPeer($"server of {peer}", peer.Text, 3306, GroupState.Online, isMultiPrimary || peer == Alpha, "8.4.3"))],
        },
    }));

    private static GroupView Seeing(GroupView group, MemberName member, GroupState state) => group with
    {
        Members = [.. group.Members.Select(peer => peer.Host == member.Text ? peer with { State = state } : peer)],
    };

    private static MemberReport WithoutGamma(MemberReport report) => report with { Group = report.Group! with { Members = report.Group.Members.RemoveAt(2) } };
}
