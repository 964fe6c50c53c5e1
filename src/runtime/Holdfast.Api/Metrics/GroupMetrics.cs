using System.Globalization;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Model.Groups;

namespace Holdfast.Api.Metrics;

/// <summary>What this member's server says of its group: every column of <c>performance_schema.replication_group_members</c>, and its queues.</summary>
internal static class GroupMetrics
{
    public static void Write(MetricList list, GroupView? view)
    {
        if (view is not { } group)
        {
            return;
        }

        list.Gauge("holdfast_group_member", "The members of the group as this one sees them; the value is 1 for ONLINE, 0 otherwise.", [.. group.Members.Select(Sample)]);
        list.Gauge("holdfast_group_online", "Value is 1 if this member takes part in the group, 0 otherwise.", group.State == GroupState.Online);
        list.Gauge("holdfast_group_majority", "Value is 1 if more than half of the group's members answer this one, 0 otherwise.", group.IsServing);
        list.Gauge("holdfast_group_accepts_writes", "Value is 1 if the server takes writes, 0 otherwise.", group.AcceptsWrites);
        list.Gauge("holdfast_group_transactions", "Transactions that this member holds.", group.Transactions.Count);
        list.Gauge("holdfast_group_apply_backlog", "Received transactions that wait to be applied here.", group.ApplyBacklog);
        list.Gauge("holdfast_group_certify_backlog", "Transactions that wait to be certified here.", group.CertifyBacklog);
        list.Gauge("holdfast_group_slowed_by_this_member", "Value is 1 if more waits here than flow control lets pass, so that the group's writers are slowed down, 0 otherwise.", group.SlowsGroup);
        list.Counter("holdfast_group_conflicts_total", "Transactions that certification has rejected here since the server began.", group.Conflicts);
    }

    private static MetricSample Sample(GroupPeer member) => new(
        member.State == GroupState.Online ? 1 : 0,
        new("member_id", member.ServerId),
        new("member_host", member.Host),
        new("member_port", member.Port.ToString(CultureInfo.InvariantCulture)),
        new("member_state", member.State.ToString().ToUpperInvariant()),
        new("member_role", member.IsPrimary ? "PRIMARY" : "SECONDARY"),
        new("member_version", member.Version));
}
