using Holdfast.Model;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Routing;

/// <summary>What a router knows of a healthy cluster: alpha leads in term 10, beta and gamma stream.</summary>
internal static class RoutingViews
{
    public static RoutingView Routed { get; } = new()
    {
        Policy = new RoutingPolicy(),
        SeenTerm = new Term(10),
        Lease = new LeaderLease(Alpha, new Term(10), SessionOf(Alpha)),
        Members =
        [
            new(ReportOf(Alpha, DatabaseRole.Primary) with { Term = new Term(10) }, null),
            new(ReportOf(Beta, DatabaseRole.Replica), null),
            new(ReportOf(Gamma, DatabaseRole.Replica), null),
        ],
    };

    extension(RoutingView view)
    {
        public RoutingView With(MemberName name, Func<RoutedMember, RoutedMember> change) =>
            view with { Members = [.. view.Members.Select(member => member.Report.Name == name ? change(member) : member)] };

        public RoutingView WithReport(MemberName name, Func<MemberReport, MemberReport> change) =>
            view.With(name, member => member with { Report = change(member.Report) });

        public RoutingView Saying(MemberName name, MemberHealth health) => view.With(name, member => member with { Health = health });

        public RoutingView LedBy(MemberName name, long term) => view with { Lease = new LeaderLease(name, new Term(term), SessionOf(name)) };
    }
}
