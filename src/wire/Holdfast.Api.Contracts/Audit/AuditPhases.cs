using System.Globalization;

namespace Holdfast.Api.Contracts.Audit;

/// <summary>How long each step of a change of leader took, put together from the entries of its term: the trail's entries are never written anew.</summary>
public static class AuditPhases
{
    /// <summary>Of the entry that a new leader writes.</summary>
    public const string LeaderKind = "leader";

    /// <summary>Of the entry that it writes once clients are served.</summary>
    public const string RoutedKind = "routed";

    public const string TermDetail = "term";

    public const string BeforeDetail = "before";

    public const string RouteDetail = "route_ms";

    private static readonly (string Phase, string Detail)[] Phases =
        [("detect", "detect_ms"), ("decide", "decide_ms"), ("fence", "fence_ms"), ("promote", "promote_ms"), ("route", RouteDetail)];

    /// <summary>The entry with what is known by now of how long it took until clients were served; any other entry as it is.</summary>
    /// <param name="trail">Oldest first.</param>
    /// <param name="entry">One of them. What comes back may not be what was sealed: it is for showing.</param>
    public static AuditEntry WithRoute(IReadOnlyList<AuditEntry> trail, AuditEntry entry) =>
        entry is { Kind: LeaderKind, Details: { } details } && Detail(entry, TermDetail) is { } term
            && trail.FirstOrDefault(other => other.Kind == RoutedKind && Detail(other, TermDetail) == term) is { } routed && Detail(routed, RouteDetail) is { } route
            ? entry with { Details = new(details, StringComparer.Ordinal) { [RouteDetail] = route } }
            : entry;

    /// <summary>Of the last change from one leader to another that the trail tells of, in the order in which they happen; empty when it tells of none.</summary>
    /// <param name="trail">Oldest first.</param>
    public static IReadOnlyList<(string Phase, TimeSpan Took)> OfLastChange(IReadOnlyList<AuditEntry> trail)
    {
        if (trail.LastOrDefault(entry => entry.Kind == LeaderKind && Detail(entry, BeforeDetail) is { } before && before != entry.Who) is not { } change)
        {
            return [];
        }

        var whole = WithRoute(trail, change);
        return
        [
            .. from phase in Phases
               let took = Detail(whole, phase.Detail)
               where long.TryParse(took, NumberStyles.None, CultureInfo.InvariantCulture, out _)
               select (phase.Phase, TimeSpan.FromMilliseconds(long.Parse(took, CultureInfo.InvariantCulture))),
        ];
    }

    private static string? Detail(AuditEntry entry, string name) => entry.Details?.GetValueOrDefault(name);
}
