using System.Collections.Immutable;
using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>A new cluster of three, of which alpha brings a database that came out of a backup and the others nothing.</summary>
public class GroupRestoreTests
{
    private static readonly HaAction AloneIsHeard = new HaAction.WriteFailsafe(new Term(30), ImmutableSortedDictionary<MemberName, string>.Empty.Add(Alpha, "http://alpha:8008/patroni"));

    private static readonly ClusterView Restored = SeenBy(HealthyGroup, Alpha)
        .WithDatabase(_ => DownOf(Alpha, DatabaseProcess.Stopped) with { Control = new ControlState(true, true, LogPosition.Zero, new Timeline(0)) })
        .WithReport(Alpha, Ended)
        .WithReport(Beta, Empty)
        .WithReport(Gamma, Empty)
        .WithStore(store => new StoreView { IsKnown = true, ConfirmedAt = Now, Revision = new Revision(100), SyncRevision = SyncRevision, Members = store.Members });

    private static readonly ClusterView Adopted = Restored.WithStore(store => store with { Initialization = new Initialization(Views.System, null, new Revision(101)) }).Leading();

    private static readonly ClusterView Recorded = Adopted.WithStore(store => store with
    {
        Failsafe = new FailsafeMembers(((HaAction.WriteFailsafe)AloneIsHeard).ApiUrls, new Revision(102)),
    });

    private static readonly ClusterView Running = Recorded.WithDatabase(_ => OutsideOf(Alpha)).WithReport(Alpha, OutOfGroup);

    [Fact]
    public void The_member_that_brings_it_makes_the_cluster_from_it() =>
        Assert.Equal([new HaAction.CompleteInitialization(SessionOf(Alpha), Views.System, Revision.Absent)], Decide(Restored).Actions);

    [Fact]
    public void It_alone_is_to_be_heard_and_keeps_the_lease_until_the_store_says_so() =>
        Assert.Equal([AloneIsHeard], Decide(Adopted).Actions);

    [Fact]
    public void The_members_that_must_be_heard_are_not_written_again_when_the_store_names_them() =>
        Assert.Equal((Rule.StartFollowing, 0), (Decide(Recorded).Rule, Decide(Recorded).Actions.Count(action => action is HaAction.WriteFailsafe)));

    [Fact]
    public void It_begins_the_group_without_waiting_for_those_that_are_empty()
    {
        Assert.IsType<HaAction.AcquireLease>(Assert.Single(Decide(Running.WithoutLease()).Actions));
        Assert.Equal([AloneIsHeard, new HaAction.Begin(new DatabaseWork.BootstrapGroup(null))], Decide(Running).Actions);
        Assert.Equal(Rule.BootstrapGroup, Decide(Running.WithoutReport(Beta).WithoutReport(Gamma)).Rule);
    }

    [Fact]
    public void It_takes_the_lease_again_when_its_agent_ended_before_the_store_said_so()
    {
        ClusterView[] views = [Adopted.WithoutLease(), Adopted with { Session = Adopted.Session with { Id = new SessionId("a later one") } }];

        Assert.All(views, view => Assert.IsType<HaAction.AcquireLease>(Assert.Single(Decide(view).Actions)));
        Assert.DoesNotContain(Decide(Adopted.WithLeader(Beta)).Actions, action => action is HaAction.AcquireLease);
    }

    [Fact]
    public void It_takes_no_lease_where_a_group_serves_already() =>
        Assert.Equal(Rule.StartFollowing, Decide(Adopted.WithoutLease().WithReport(Beta, _ => HealthyGroup.Report(Beta)!)).Rule);

    [Fact]
    public void The_empty_ones_make_no_cluster_of_their_own_once_it_is_made_and_copy_it_when_it_serves()
    {
        var empty = SeenBy(Running, Beta).WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped) with { Directory = DataDirectoryState.Empty, SystemId = null });

        Assert.Equal((Rule.WaitForLeader, 0), (Decide(empty).Rule, Decide(empty).Actions.Length));
        Assert.Equal(Rule.Clone, Decide(empty.WithReport(Alpha, _ => HealthyGroup.Report(Alpha)!)).Rule);
    }

    [Fact]
    public void A_directory_that_is_no_restored_one_makes_no_cluster() =>
        Assert.Equal((Rule.WaitForInitialization, 0), (Decide(Restored.WithDatabase(database => database with { Control = null })).Rule, Decide(Restored.WithDatabase(database => database with { Control = null })).Actions.Length));

    [Fact]
    public void A_restored_directory_is_not_brought_into_a_cluster_that_is_another() =>
        Assert.Equal(Rule.RefuseForeignSystem, Decide(Adopted.WithDatabase(database => database with { SystemId = "another" })).Rule);

    private static MemberReport Empty(MemberReport report) => Ended(report) with { State = MemberState.Stopped, Group = new() { Address = report.Group!.Address } };

    private static Decision Decide(ClusterView view)
    {
        var decision = TurnRules.Decide(view).Leadership;
        Assert.Empty(Invariants.Check(view, decision));
        return decision;
    }
}
