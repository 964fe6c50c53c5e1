using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Approvals;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Health;

/// <summary>Says in one sentence whether all is well, or what is wrong and what is asked of people.</summary>
public static class ClusterHealth
{
    /// <summary>A member that has not been heard of for longer is not missed any more.</summary>
    public static readonly TimeSpan MissedFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan ApprovalIsNewsFor = TimeSpan.FromHours(1);

    // The first row that fits is what a person must know first: what is not known, what only people can end, what stops writes,
    // and then what would make the next failure worse.
    public static Verdict Judge(ClusterView view) => view switch
    {
        { Store.Setback: not null } =>
            new(HealthLevel.Trouble, "The store shows an earlier state than was seen before, so nothing is changed.", "Find out whether a backup of the store was restored."),

        _ when IsStoreAway(view) && view.IsFailsafeActive =>
            new(HealthLevel.Attention, $"The store does not answer; {view.Self} goes on, since every member has confirmed it.", "Bring the store back."),

        _ when IsStoreAway(view) && view.PromisedTo is { } leader =>
            new(HealthLevel.Attention, $"The store does not answer; {leader} goes on, since every member has confirmed it.", "Bring the store back."),

        _ when IsStoreAway(view) =>
            new(HealthLevel.Trouble, $"{view.Self} cannot reach the store: what is shown here may be old.", "Bring the store back, or look at another member."),

        { Store: { Lease: null, Approval: { State: ApprovalState.Pending } request } } =>
            new(HealthLevel.Trouble, $"{Former(request)} is lost and nobody leads: {request.Candidate} waits for approval.", $"Approve or reject {request.Candidate}. To approve would lose {request.WorstLoss}."),

        { Store: { Lease: null, Approval: { State: ApprovalState.Approved } request } } =>
            new(HealthLevel.Trouble, $"{request.Candidate} is approved and takes over."),

        { Store: { Lease: null, Initialization: null } } =>
            new(HealthLevel.Attention, "The cluster is being made: nobody leads yet."),

        { Store.Lease: null, Policy.IsPaused: true } =>
            new(HealthLevel.Trouble, "Nobody leads, and the cluster is paused: writes are refused.", "Resume the cluster, or name a leader by a failover."),

        { Store.Lease: null, Policy.Strategy: FailoverStrategy.Manual } =>
            new(HealthLevel.Trouble, $"{Nobody(view)} leads: writes are refused until an operator names a leader.", "Name a leader by a failover."),

        { Store: { Lease: null, Approval: { State: ApprovalState.Rejected } request } } =>
            new(HealthLevel.Trouble, $"Nobody leads: {request.Outcome ?? "the request was rejected"}.", "Name a leader by a failover, or bring the lost one back."),

        { Store.Lease: null } =>
            new(HealthLevel.Trouble, $"{Nobody(view)} leads: writes are refused until a member takes over."),

        { Store.Lease: { } lease } when view.Report(lease.Holder) is not { Role: DatabaseRole.Primary, State: MemberState.Running } =>
            new(HealthLevel.Trouble, $"{lease.Holder} has the lease and takes no writes yet: {State(view.Report(lease.Holder))}."),

        { Policy.IsPaused: true } =>
            new(HealthLevel.Attention, $"The cluster is paused: nobody would replace {view.Store.Lease!.Holder}.", "Resume when your work is done."),

        _ when Weak(view) is { Length: > 0 } weak =>
            new(HealthLevel.Attention, $"{Leads(view)}{string.Join("; ", weak)}."),

        { Policy.SynchronousMode: not SynchronousMode.Off } when SafeStandbys(view).IsEmpty && view.Store.Members.Length > 1 =>
            new(HealthLevel.Attention, $"{Leads(view)}No standby holds every acknowledged write yet."),

        { Store.Members.Length: 1 } =>
            new(HealthLevel.Attention, $"{Leads(view)}There is no replica: nobody could replace it."),

        _ => new(HealthLevel.Well, $"{Leads(view)}{Followers(view)}"),
    };

    /// <summary>Members that were heard of lately and are gone, and for how long each.</summary>
    public static ImmutableSortedDictionary<MemberName, TimeSpan> Missing(ClusterView view) =>
        view.Memory.MembersSeen
            .Where(seen => view.Report(seen.Key) is null && view.Now - seen.Value < MissedFor)
            .ToImmutableSortedDictionary(seen => seen.Key, seen => view.Now - seen.Value);

    private static bool IsStoreAway(ClusterView view) => !view.Store.IsKnown || view.Now - view.Store.ConfirmedAt > view.Policy.TimeToLive;

    private static string Leads(ClusterView view) =>
        view.Store is { Lease: { } lease, Approval: { State: ApprovalState.Done } request } && request.Candidate == lease.Holder && view.UtcNow - request.AskedAt < ApprovalIsNewsFor
            ? $"{lease.Holder} leads in place of {Former(request)}, as {Approvers(request)} approved. "
            : $"{view.Store.Lease!.Holder} leads. ";

    private static string Approvers(ApprovalRequest request) =>
        request.Votes.Where(vote => vote.IsApproval).Select(vote => vote.By).ToList() is { Count: > 0 } names ? List(names) : "nobody";

    private static string Nobody(ClusterView view) =>
        Missing(view).Keys.Select(name => name.Text).ToList() is { Count: > 0 } lost ? $"{List(lost)} {(lost.Count == 1 ? "is" : "are")} lost and nobody" : "Nobody";

    private static string[] Weak(ClusterView view) =>
    [
        .. Missing(view).Keys.Select(name => $"{name} is lost"),
        .. view.Store.Members.Where(member => member.Name != view.Store.Lease?.Holder && !Follows(member)).Select(member => $"{member.Name} does not follow: {State(member)}"),
    ];

    private static bool Follows(MemberReport member) => member.Group is { } group
        ? group.State == GroupState.Online
        : member is { State: MemberState.Running or MemberState.Streaming, IsStreaming: true };

    private static string Followers(ClusterView view)
    {
        var followers = List([.. view.Store.Members.Where(member => member.Name != view.Store.Lease!.Holder).Select(member => member.Name.Text)]);
        var safe = SafeStandbys(view);
        return safe.IsEmpty
            ? $"{followers} follow{Ending(view.Store.Members.Length - 1)}."
            : $"{followers} follow{Ending(view.Store.Members.Length - 1)}; {List([.. safe.Select(name => name.Text)])} {(safe.Length == 1 ? "holds" : "hold")} every acknowledged write.";
    }

    private static ImmutableArray<MemberName> SafeStandbys(ClusterView view) =>
        view.Policy.SynchronousMode == SynchronousMode.Off ? [] : [.. view.Store.Sync.Standbys.Where(name => name != view.Store.Lease?.Holder)];

    private static string State(MemberReport? member) => member switch
    {
        null => "it is not heard of",
        { Group: { State: not GroupState.Online } group } => $"it is {group.State.ToString().ToUpperInvariant()} in its group",
        { State: MemberState.Running, Role: DatabaseRole.Replica, IsStreaming: false } => "it runs and does not stream",
        _ => $"it is {member.State.ToString().ToLowerInvariant()}",
    };

    private static string Former(ApprovalRequest request) => request.Former?.Text ?? "the leader";

    private static string Ending(int count) => count == 1 ? "s" : "";

    private static string List(List<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";
}
