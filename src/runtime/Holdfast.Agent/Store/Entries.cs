using System.Globalization;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Decisions.Approvals;
using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Agent.Store;

/// <summary>What the agents themselves do to a cluster, in the words of its audit trail.</summary>
internal static class Entries
{
    public static AuditEntry OfLeader(ClusterView view, Term term)
    {
        var details = new SortedDictionary<string, string>(StringComparer.Ordinal) { [AuditPhases.TermDetail] = Text(term.Number) };
        if (view.Store.LastLeader is { } last)
        {
            details[AuditPhases.BeforeDetail] = last.Name.Text;
            details["before_term"] = Text(last.Term.Number);
        }

        var takeover = view.Memory.Takeover;
        foreach (var (phase, took) in ((string, TimeSpan?)[])
            [
                ("detect_ms", takeover.Detect), ("decide_ms", takeover.Decide), ("fence_ms", takeover.Fence), ("promote_ms", takeover.Promote),
                ("lease_to_primary_ms", view.Now - view.Memory.LeadingSince),
            ])
        {
            if (took is { } time)
            {
                details[phase] = Text((long)time.TotalMilliseconds);
            }
        }

        return Entry(view, AuditPhases.LeaderKind, view.Self.Text, $"{view.Self} leads in term {term}", details);
    }

    public static AuditEntry OfRoute(ClusterView view, RouteReport report, TimeSpan took) => Entry(
        view,
        AuditPhases.RoutedKind,
        view.Self.Text,
        $"clients are served by {view.Self} in term {report.Term}, first through the router {report.Router}",
        new(StringComparer.Ordinal) { [AuditPhases.TermDetail] = Text(report.Term.Number), ["router"] = report.Router, [AuditPhases.RouteDetail] = Text((long)took.TotalMilliseconds) });

    public static AuditEntry OfFencing(ClusterView view, Fencing fencing) =>
        Entry(view, "fencing", view.Self.Text, $"{view.Self} was fenced: {fencing.Why}", OfTerm(fencing.Term)) with { At = fencing.At };

    public static AuditEntry OfApproval(ClusterView view, ApprovalRequest request) => Entry(
        view,
        "approval",
        view.Self.Text,
        request.State == ApprovalState.Pending
            ? $"request {request.Id} asks whether {request.Candidate} may lead"
            : $"request {request.Id} is {ApprovalVoting.Words(request.State)}: {request.Outcome}",
        new(StringComparer.Ordinal) { ["id"] = request.Id, ["candidate"] = request.Candidate.Text, ["reason"] = request.Reason, ["worst_loss"] = request.WorstLoss });

    private static SortedDictionary<string, string>? OfTerm(Term? term) =>
        term is { } known ? new(StringComparer.Ordinal) { [AuditPhases.TermDetail] = Text(known.Number) } : null;

    private static AuditEntry Entry(ClusterView view, string kind, string who, string what, SortedDictionary<string, string>? details) => new()
    {
        Number = 0,
        At = view.UtcNow,
        Kind = kind,
        Who = who,
        What = what,
        Details = details,
        Previous = "",
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
