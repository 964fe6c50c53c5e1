using System.Collections.Immutable;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Agent.Control;

/// <summary>Counts and times the changes of leader, from one view to the next. What was before the first view is not counted.</summary>
internal sealed record LeadershipWatch(Term Term, MemberName? Leader, TimeSpan? LeaderlessAt, TimeSpan ChangedAt, LeadershipFigures Figures)
{
    public static readonly LeadershipWatch Nothing = new(Term.None, null, null, TimeSpan.Zero, MemberFigures.None.Leadership);

    public LeadershipWatch See(ClusterView view) => view.Store switch
    {
        { IsKnown: false } => this,
        { Lease: null } => LeaderlessAt is null ? this with { LeaderlessAt = view.Now } : this,
        { Lease: { } lease } when lease.Term > Term => Elected(view, lease),
        { Lease: { } lease } when Figures.Last is { Promotion: null } last && Serves(view, lease) =>
            this with { Figures = Figures with { Last = last with { Promotion = view.Now - ChangedAt } } },
        _ => this,
    };

    /// <summary>Takes up what the trail says; what it has forgotten meanwhile stays.</summary>
    public LeadershipWatch Read(ImmutableArray<AuditEntry> trail) =>
        AuditPhases.OfLastChange(trail) is { Count: > 0 } phases ? this with { Figures = Figures with { Phases = phases } } : this;

    private LeadershipWatch Elected(ClusterView view, LeaderLease lease)
    {
        var next = this with { Term = lease.Term, Leader = lease.Holder, LeaderlessAt = null, ChangedAt = view.Now };
        if (Leader is null && LeaderlessAt is null)
        {
            return next;
        }

        var isChange = Leader is { } before && before != lease.Holder;
        return next with
        {
            Figures = Figures with
            {
                Elections = Figures.Elections + 1,
                Changes = Figures.Changes + (isChange ? 1 : 0),
                Last = isChange ? new(view.UtcNow, LeaderlessAt is { } since ? view.Now - since : TimeSpan.Zero, null) : Figures.Last,
            },
        };
    }

    private static bool Serves(ClusterView view, LeaderLease lease) =>
        lease.Holder == view.Self
            ? view.Database is { IsRunningPrimary: true, IsResponsive: true }
            : view.Report(lease.Holder) is { Role: DatabaseRole.Primary, State: MemberState.Running } report && (report.Term is not { } term || term == lease.Term);
}
