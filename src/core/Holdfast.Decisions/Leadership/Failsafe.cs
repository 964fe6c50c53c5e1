using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>
/// How a primary outlives its store. While the store is away the leader asks every member of the list that it wrote there. Each that agrees promises not to lead for a full
/// time to live; when all have, nobody can, whatever the store says meanwhile, so the leader may go on until just before the first
/// promise ends. A member that is not on the list may not lead at all.
/// </summary>
public static class Failsafe
{
    /// <summary>A member that was not heard of for this long, or for three lives of a lease if that is longer, leaves the list.</summary>
    private static readonly TimeSpan KeptLeast = TimeSpan.FromSeconds(10);

    /// <summary>The revision that taking the lease depends on; null while failsafe mode is off.</summary>
    public static Revision? RevisionOf(ClusterView view) =>
        view.Policy.UsesFailsafe ? view.Store.Failsafe?.Revision ?? Revision.Absent : null;

    /// <summary>The list stands and this member is not on it: a leader may go on without having asked it.</summary>
    public static bool IsLeftOut(ClusterView view) =>
        view.Policy.UsesFailsafe && view.Store.Failsafe is { } members && !members.ApiUrls.ContainsKey(view.Self);

    /// <summary>
    /// An agent that has just begun may have made a promise in its earlier life: where there is a list, it keeps what it may have promised.
    /// </summary>
    public static bool MayHavePromised(ClusterView view) =>
        view.Policy.UsesFailsafe
        && view.Store.Failsafe is { ApiUrls.Count: > 1 }
        && !view.Memory.HasLed
        && view.Now - view.Memory.StartedAt < view.Policy.TimeToLive;

    /// <summary>The members to ask now; null when there is no need, no list, or no right to be confirmed.</summary>
    public static FailsafeMembers? MembersToAsk(ClusterView view) => view.Now >= AskAt(view) ? view.Store.Failsafe : null;

    /// <summary>When the members are to be asked; null when there is no need, no list, or no right to be confirmed.</summary>
    public static TimeSpan? AskAt(ClusterView view) =>
        view is { Policy: { UsesFailsafe: true, IsPaused: false }, Store.Failsafe: { } members }
        && (view.Memory.StoreFailedAt > view.Session.RenewedAt || view.Store.Setback is not null)
        && members.ApiUrls.ContainsKey(view.Self)
        && (view.SelfHoldsLiveLease || view.ServesUntil is not null)
        && (view.Database.IsRunningPrimary || view.Memory.LeadingSince is not null)
        && !view.IsShuttingDown
            ? AskAfter(view)
            : null;

    /// <summary>A renewal that fails once may be a slow moment; a store that went back will not come forward again.</summary>
    private static TimeSpan AskAfter(ClusterView view) => view switch
    {
        { Memory.AskedMembersAt: { } asked } => asked + (view.Policy.RenewEvery / 2),
        { Store.Setback: not null } => view.Now,
        _ => view.Session.RenewedAt + (view.Policy.RenewEvery / 2),
    };

    /// <summary>Whether this member may promise a leader not to lead; otherwise why not.</summary>
    public static string? ReasonToRefuse(ClusterView view, MemberName leader) => view switch
    {
        { Policy.UsesFailsafe: false } => "failsafe mode is off",
        _ when leader == view.Self => "it is this member's own name",
        { SelfHoldsLiveLease: true } => "this member leads",
        { EarlierSelfHoldsLease: true } => "the leader key is this member's own",
        { Memory.IsLeaseInDoubt: true } => "this member has asked for the lease and does not know whether it has it",
        { Database: { Role: DatabaseRole.Primary, IsDown: false } } => "a primary runs here",
        { OthersLease: { } lease } when lease.Holder != leader => $"{lease.Holder} holds the lease",
        { PromisedTo: { } other } when other != leader => $"this member has promised {other} not to lead",
        _ when view.Database.IsDoing(DatabaseJobKind.Promote) || view.Database.IsDoing(DatabaseJobKind.StartPrimary) => "a primary starts here",
        _ => null,
    };

    /// <summary>The list as this leader would write it; null when the one in the store will do.</summary>
    public static ImmutableSortedDictionary<MemberName, string>? ListToWrite(ClusterView view)
    {
        if (!view.Policy.UsesFailsafe)
        {
            return null;
        }

        var kept = view.Policy.TimeToLive * 3 > KeptLeast ? view.Policy.TimeToLive * 3 : KeptLeast;
        var wanted = ImmutableSortedDictionary.CreateBuilder<MemberName, string>();
        foreach (var (name, url) in view.Store.Failsafe?.ApiUrls ?? ImmutableSortedDictionary<MemberName, string>.Empty)
        {
            // After an outage the members come back one by one: a list that loses them at once would shut them out.
            if (view.Memory.MembersSeen.TryGetValue(name, out var seen) ? view.Now - seen < kept : view.Memory.LeadingSince is { } since && view.Now - since < kept)
            {
                wanted[name] = url;
            }
        }

        foreach (var report in view.Store.Members.Where(report => report.ApiUrl.Length > 0))
        {
            wanted[report.Name] = report.ApiUrl;
        }

        return view.Store.Failsafe is { } written && written.ApiUrls.SequenceEqual(wanted) ? null : wanted.ToImmutable();
    }
}
