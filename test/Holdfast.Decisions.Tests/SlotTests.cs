using System.Collections.Immutable;
using Holdfast.Decisions.Reporting;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

/// <summary>Whose replication slots a member keeps, and how far they may move.</summary>
public sealed class SlotTests
{
    private static ClusterView Leading => Healthy.WithMemory(memory => memory with { SlotsSetAt = null });

    private static ClusterView Upstream => Following
        .WithReport(Gamma, report => report with { Tags = report.Tags with { ReplicateFrom = Beta.Text } })
        .WithMemory(memory => memory with { SlotsSetAt = null, MembersSeen = memory.MembersSeen.SetItem(Alpha, Now).SetItem(Gamma, Now) });

    [Fact]
    public void The_leader_keeps_one_for_everybody_where_each_is()
    {
        var slots = Asked(Leading);

        Assert.Equal([Beta, Gamma], slots!.Keys);
        Assert.Equal(Leading.Report(Gamma)!.Position, slots[Gamma]);
    }

    [Fact]
    public void A_member_on_another_timeline_keeps_its_slot_where_it_stands() =>
        Assert.Equal(LogPosition.Zero, Asked(Leading.WithReport(Gamma, report => report with { Timeline = new Timeline(7) }))![Gamma]);

    [Fact]
    public void A_replica_keeps_one_for_who_streams_from_it_alone() => Assert.Equal([Gamma], Asked(Upstream)!.Keys);

    [Fact]
    public void Who_streamed_from_a_replica_and_is_silent_keeps_its_slot_there()
    {
        var silent = Upstream.WithStore(store => store with { Members = [.. store.Members.Where(report => report.Name != Gamma)] });

        Assert.Equal([Gamma], Asked(silent.WithMemory(memory => memory with { SlotsSet = [Gamma] }))!.Keys);
        Assert.Empty(Asked(silent)!);
    }

    [Fact]
    public void A_replica_leaves_them_alone_while_nobody_leads() => Assert.Null(Asked(Upstream.WithStore(store => store with { Lease = null })));

    private static ImmutableSortedDictionary<MemberName, LogPosition>? Asked(ClusterView view) =>
        ReportRules.Decide(view).Actions.OfType<HaAction.SetMemberSlots>().SingleOrDefault()?.Members;
}
