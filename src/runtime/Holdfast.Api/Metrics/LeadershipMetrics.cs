using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Status;
using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Api.Metrics;

/// <summary>Who leads, whom commits wait for, and how the last changes of leader went.</summary>
internal static class LeadershipMetrics
{
    public static void Write(MetricList list, MemberSnapshot snapshot, LeadershipFigures figures)
    {
        var store = snapshot.View?.Store;
        list.Gauge("holdfast_leader", "The member that holds the lease; the value is 1.", store?.Lease is { } lease ? [new MetricSample("member", lease.Holder.Text, 1)] : []);
        list.Gauge("holdfast_synchronous_mode", "Value is 1 if commits are to wait for a standby, 0 otherwise.", snapshot.Policy.SynchronousMode != SynchronousMode.Off);
        list.Gauge("holdfast_sync_member", "The members that hold every acknowledged write while commits wait for a standby; the value is 1.", store is null ? [] : [.. store.Sync.Standbys.Select(standby => new MetricSample("member", standby.Text, 1))]);
        list.Counter("holdfast_elections_total", "How often the lease was given to somebody since this agent began.", figures.Elections);
        list.Counter("holdfast_leader_changes_total", "How often the lease was given to another member than before since this agent began.", figures.Changes);
        if (figures.Last is { } last)
        {
            list.Gauge("holdfast_last_leader_change_timestamp_seconds", "When this member last saw the lease come to another one, in epoch seconds.", (last.At - DateTimeOffset.UnixEpoch).TotalSeconds);
        }

        MetricSample[] phases = [.. Known("leaderless", figures.Last?.Leaderless), .. Known("promotion", figures.Last?.Promotion), .. figures.Phases.SelectMany(phase => Known(phase.Phase, phase.Took))];
        if (phases.Length > 0)
        {
            list.Gauge(
                "holdfast_last_failover_phase_seconds",
                "Of the last change of leader. As this member saw it: leaderless, promotion. As the audit trail has it, on every member the same: detect, decide, fence, promote, route.",
                phases);
        }
    }

    private static MetricSample[] Known(string phase, TimeSpan? took) => took is { } time ? [new("phase", phase, time.TotalSeconds)] : [];
}
