using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

public class GroupInvariantTests
{
    private static readonly HaAction BeginGroup = new HaAction.Begin(new DatabaseWork.BootstrapGroup(null));
    private static readonly HaAction MakeFirst = new HaAction.Begin(new DatabaseWork.Bootstrap());
    private static readonly HaAction Copy = new HaAction.Begin(new DatabaseWork.CloneFrom(new Upstream(Gamma, Gamma.Text, 3306)));
    private static readonly HaAction PutAlphaOut = new HaAction.Begin(new DatabaseWork.Expel(AddressOf(Alpha)));
    private static readonly HaAction TakeLease = new HaAction.AcquireLease(SessionOf(Beta), new Term(10), SyncRevision, null);

    private static readonly ClusterView Newcomer = SeenBy(Newborn, Beta)
        .WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped) with { Directory = DataDirectoryState.Empty })
        .WithStore(store => store with { Initialization = new Initialization(null, SessionOf(Beta), new Revision(2)) });

    private static readonly (string Words, ClusterView View, HaAction Action)[] Refused =
    [
        ("the store has gone back", WentBack(NoGroup.Leading()), BeginGroup),
        ("a group is begun without a live lease", NoGroup, BeginGroup),
        ("a second group is begun while gamma serves in one", InGroup.WithDatabase(_ => OutsideOf(Beta)).WithReport(Alpha, OutOfGroup).Leading(), BeginGroup),
        ("lacks what another one holds", NoGroup.Leading().Holding(Alpha, "1-101"), BeginGroup),
        ("lacks what another one holds", NoGroup.Leading().Holding(Alpha, "1-101").AskedToSwitch(Alpha, Beta), BeginGroup),
        ("lacks what another one holds", NoGroup.Leading().Holding(Alpha, "1-101").AskedToSwitch(null, Gamma), BeginGroup),
        ("a first database over an existing one", Newcomer.WithDatabase(database => database with { Directory = DataDirectoryState.Valid }), MakeFirst),
        ("a first database without the claim", Newcomer.WithStore(store => store with { Initialization = null }), MakeFirst),
        ("a data directory is replaced while its server runs", InGroup, Copy),
        ("a data directory is replaced while nobody serves", NoGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped)), Copy),
        ("a member is put out whose agent does not say that it has ended", InGroup, PutAlphaOut),
        ("a member is put out whose agent does not say that it has ended", InGroup.WithoutReport(Alpha), PutAlphaOut),
        ("by one that is in no majority", NoGroup.WithReport(Alpha, Ended), PutAlphaOut),
        ("by one that is in no majority",
            InGroup.WithReport(Alpha, Ended).Seeing(Alpha, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable), PutAlphaOut),
        ("past the group", HealthyGroup, new HaAction.Begin(new DatabaseWork.Promote(TimeSpan.FromSeconds(1)))),
        ("past the group", HealthyGroup, new HaAction.Begin(new DatabaseWork.StartPrimary())),
        ("past the group", HealthyGroup, new HaAction.Begin(new DatabaseWork.RewindTo(UpstreamOf(Beta)))),
        ("the lease is taken past the group in which alpha serves", InGroup, TakeLease),
        ("the lease is taken past the group in which beta serves", Frozen, TakeLease),
        ("the lease is taken from alpha, which may be beginning a group", NoGroup.WithLeader(Alpha), TakeLease),
        ("a leader's write without a live lease", InGroup, new HaAction.WriteHistory(new Term(10), Revision.Absent, [])),
        ("a leader's write without a live lease", InGroup, new HaAction.WriteFailsafe(new Term(10), HealthyGroup.Store.Failsafe!.ApiUrls)),
        ("a lease is released that is not this member's", InGroup, new HaAction.ReleaseLease(new Term(10))),
        ("a lease is released that is not this member's", NoGroup, new HaAction.ReleaseLease(new Term(10))),
    ];

    private static readonly (ClusterView View, HaAction Action)[] Allowed =
    [
        (WentBack(Frozen), new HaAction.Fence()),
        (NoGroup.Leading(), BeginGroup),
        (NoGroup.Leading().Holding(Alpha, "1-101").AskedToSwitch(null, Beta), BeginGroup),
        (Newcomer, MakeFirst),
        (InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped)), Copy),
        (InGroup.WithReport(Alpha, Ended), PutAlphaOut),
        (NoGroup, TakeLease),
        (Elected, TakeLease),
        (HealthyGroup, new HaAction.ReleaseLease(new Term(10))),
    ];

    public static TheoryData<int> EveryRefused => [.. Enumerable.Range(0, Refused.Length)];

    public static TheoryData<int> EveryAllowed => [.. Enumerable.Range(0, Allowed.Length)];

    [Theory]
    [MemberData(nameof(EveryRefused))]
    public void What_must_never_happen_to_a_group_is_objected_to(int row)
    {
        var (words, view, action) = Refused[row];

        Assert.Contains(words, Assert.Single(Objections(view, action)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EveryAllowed))]
    public void What_a_group_needs_is_not_objected_to(int row) =>
        Assert.Empty(Objections(Allowed[row].View, Allowed[row].Action));

    private static IReadOnlyList<string> Objections(ClusterView view, HaAction action) =>
        Invariants.Check(view, new Decision(Rule.KeepFollowing, "as a test wants it", action));

    private static ClusterView WentBack(ClusterView view) =>
        view.WithStore(store => store with { Setback = new StoreSetback(new Revision(100), new Revision(40), null) });
}
