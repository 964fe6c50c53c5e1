using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Status;
using Holdfast.Model;

namespace Holdfast.Api.Metrics;

/// <summary>Who streams from this database, by the columns of <c>pg_stat_replication</c>, and how far behind a replica here is.</summary>
internal static class ReplicationMetrics
{
    private const string View = "holdfast_pg_stat_replication";

    public static void Write(MetricList list, MemberSnapshot snapshot)
    {
        if (!snapshot.IsRunning || snapshot.View is not { } view)
        {
            return;
        }

        var standbys = view.Database.Standbys;
        list.Gauge("holdfast_standby_streaming", "Value is 1 if the standby has caught up with the stream, 0 otherwise.", [.. standbys.Select(standby => new MetricSample("standby", standby.Member.Text, standby.IsStreaming ? 1 : 0))]);
        list.Gauge("holdfast_standby_synchronous", "Value is 1 if commits wait for the standby, 0 otherwise.", [.. standbys.Select(standby => new MetricSample("standby", standby.Member.Text, standby.IsSynchronous ? 1 : 0))]);
        list.Gauge("holdfast_standby_flush_lag_bytes", "Bytes that the standby has not flushed yet.", [.. standbys.Select(standby => new MetricSample("standby", standby.Member.Text, view.Database.Position.BytesAheadOf(standby.FlushPosition)))]);
        if (view.Database.Group is null)
        {
            WriteColumns(list, view);
            WriteReplica(list, snapshot, view);
        }
    }

    private static void WriteColumns(MetricList list, ClusterView view)
    {
        MetricSample[] Each(Func<StandbyConnection, double> value) => [.. view.Database.Standbys.Select(standby => new MetricSample(value(standby), Labels(standby)))];
        list.Gauge($"{View}_state", "The connections of standbys; the value is 1 for one that has caught up with the stream, 0 otherwise.", [.. view.Database.Standbys.Select(standby => new MetricSample(standby.IsStreaming ? 1 : 0, [.. Labels(standby), new("state", standby.State), new("sync_state", standby.SyncState)]))]);
        list.Gauge($"{View}_sent_lsn", "Where the log ends that was sent to the standby, in bytes.", Each(standby => standby.SentPosition.Bytes));
        list.Gauge($"{View}_write_lsn", "Where the log ends that the standby has written, in bytes.", Each(standby => standby.WritePosition.Bytes));
        list.Gauge($"{View}_flush_lsn", "Where the log ends that the standby has on its disk, in bytes.", Each(standby => standby.FlushPosition.Bytes));
        list.Gauge($"{View}_replay_lsn", "Where the log ends that the standby has replayed, in bytes.", Each(standby => standby.ReplayPosition.Bytes));
        list.Gauge($"{View}_lag_bytes", "Bytes that were sent to the standby and are not replayed yet.", Each(standby => Math.Max(0, standby.SentPosition.BytesAheadOf(standby.ReplayPosition))));
        list.Gauge($"{View}_replay_lag_seconds", "How long ago the log ended here where the standby has replayed to; 0 once it has replayed everything, however long nothing is written.", Each(standby => Lag(view, standby).TotalSeconds));
    }

    /// <summary>The server measures exactly and stops where a standby is stuck; what is remembered here goes on.</summary>
    private static TimeSpan Lag(ClusterView view, StandbyConnection standby)
    {
        if (standby.ReplayPosition >= view.Database.Position)
        {
            return TimeSpan.Zero;
        }

        var remembered = view.Memory.LogEnds.LagOf(standby.ReplayPosition, view.Database.Position, view.Now);
        return standby.ReplayLag is { } measured && measured > remembered ? measured : remembered;
    }

    private static void WriteReplica(MetricList list, MemberSnapshot snapshot, ClusterView view)
    {
        if (!snapshot.IsReplica)
        {
            return;
        }

        list.Gauge("holdfast_receive_lag_bytes", "Bytes that the leader is known to have and this replica has not received.", Math.Max(0, snapshot.LeaderPositionBytes - view.Database.Position.Bytes));
        list.Gauge("holdfast_replay_lag_bytes", "Bytes that the leader is known to have and this replica has not replayed.", Math.Max(0, snapshot.LeaderPositionBytes - view.Database.ReplayPosition.Bytes));
    }

    private static KeyValuePair<string, string>[] Labels(StandbyConnection standby) => [new("application_name", standby.Member.Text), new("client_addr", standby.Address)];
}
