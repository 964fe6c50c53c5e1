using Holdfast.Api.Alerts;
using Holdfast.Api.Contracts;
using Holdfast.Api.Dashboard;
using Holdfast.Decisions.Health;
using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Api.Clusters;

/// <summary>Says how a cluster is in a few words.</summary>
internal static class ClusterSummaries
{
    public static ClusterSummary Of(string scope, ClusterView view)
    {
        var store = view.Store;
        var firing = store.Alerts.Alerts.Values.Where(alert => alert.FiringSince is not null).ToList();
        return new()
        {
            Scope = scope,
            Verdict = LiveOverviewBuilder.StatusOf(ClusterHealth.Judge(view)),
            Engine = store.Members.Select(EngineOf).FirstOrDefault() ?? "",
            Leader = store.Lease?.Holder.Text,
            Members = store.Members.Length,
            Lost = [.. ClusterHealth.Missing(view).Keys.Select(name => name.Text)],
            WorstLagBytes = Followers(store).Where(member => member.Group is null).Max(member => LagOf(member, store.Status.LastPosition)),
            WorstBacklog = Followers(store).Max(member => member.Group?.ApplyBacklog),
            AwaitsApproval = store is { Lease: null, Approval: { State: ApprovalState.Pending } request } ? request.Candidate.Text : null,
            Alerts = firing.Count,
            WorstAlert = firing.Count == 0 ? null : AlertEndpoint.Word(firing.Max(alert => alert.Severity)),
            Pause = view.Policy.IsPaused ? true : null,
            Dashboard = DashboardOf(store),
        };
    }

    private static IEnumerable<MemberReport> Followers(StoreView store) => store.Members.Where(member => member.Name != store.Lease?.Holder);

    private static string EngineOf(MemberReport member) => member switch
    {
        { Group: not null } => "mysql",
        _ when member.ConnectUrl.StartsWith("mysql:", StringComparison.Ordinal) => "mysql",
        _ => "postgresql",
    };

    /// <summary>Null while it is not known how far the replica is.</summary>
    private static long? LagOf(MemberReport member, LogPosition leader)
    {
        var furthest = Math.Max(member.Position?.Bytes ?? 0, member.ReplayPosition?.Bytes ?? 0);
        return furthest > 0 ? Math.Max(0, leader.Bytes - furthest) : null;
    }

    private static string? DashboardOf(StoreView store) =>
        store.Members
            .OrderByDescending(member => member.Name == store.Lease?.Holder)
            .Select(member => CrossOrigin.OriginOf(member.ApiUrl))
            .FirstOrDefault(origin => origin is not null) is { } origin ? $"{origin}{DashboardFiles.Path}/" : null;
}
