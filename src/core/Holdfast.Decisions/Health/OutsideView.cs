using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Decisions.Health;

/// <summary>A cluster as one sees it who is no member of it and has read its store just now.</summary>
public static class OutsideView
{
    private static readonly MemberName Nobody = new("");

    public static ClusterView Of(StoreView store, Policy policy, TimeSpan now, DateTimeOffset utcNow) => new()
    {
        Self = Nobody,
        Now = now,
        UtcNow = utcNow,
        Policy = policy,
        Tags = MemberTags.None,
        Store = store with { ConfirmedAt = now },
        Session = OwnSession.None,
        Database = new() { Directory = DataDirectoryState.Empty, Process = DatabaseProcess.Stopped },
        Memory = new() { StartedAt = now, MembersSeen = Known(store).ToImmutableSortedDictionary(name => name, _ => now) },
    };

    /// <summary>
    /// Members that are there, and those of which the store still knows: whom an alert is about, who led last, who would confirm the leader, whose log it keeps.
    /// Only Holdfast's own slots are named as members are; it writes who led last, and others do not.
    /// </summary>
    private static IEnumerable<MemberName> Known(StoreView store) =>
        store.Members.Select(member => member.Name)
            .Concat(store.Alerts.Alerts.Values.Where(alert => alert.Subject.Length > 0).Select(alert => new MemberName(alert.Subject)))
            .Concat(store.Failsafe?.ApiUrls.Keys ?? [])
            .Concat(store.LastLeader is { } last ? [last.Name, .. store.Status.Slots.Keys.Select(name => new MemberName(name))] : [])
            .Distinct();
}
