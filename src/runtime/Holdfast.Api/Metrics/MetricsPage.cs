using System.Globalization;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Status;
using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Api.Metrics;

/// <summary>This member in Prometheus' text format: Patroni's names for what Patroni has, <c>holdfast_</c> beyond.</summary>
internal static class MetricsPage
{
    /// <param name="snapshot">What the member knows.</param>
    /// <param name="options">Whose page it is.</param>
    /// <param name="control">Whose counters are shown.</param>
    /// <param name="time">Says how long it took to bring the figures together.</param>
    public static MetricList Read(MemberSnapshot snapshot, RestApiOptions options, IMemberControl control, TimeProvider time)
    {
        var begun = time.GetTimestamp();
        var list = new MetricList();
        var figures = control.Figures;
        WriteDatabase(list, snapshot, options);
        WriteCluster(list, snapshot);
        WriteHoldfast(list, snapshot, options, control);
        ReplicationMetrics.Write(list, snapshot);
        GroupMetrics.Write(list, snapshot.View?.Database.Group);
        AlertMetrics.Write(list, snapshot);
        LeadershipMetrics.Write(list, snapshot, figures.Leadership);
        StoreMetrics.Write(list, snapshot, figures.StoreCalls);
        NotificationMetrics.Write(list, figures.Notifications);
        ProbeMetrics.Write(list, control.Probe, snapshot.UtcNow);
        WriteDecisions(list, control, figures);
        list.Gauge("holdfast_metrics_page_seconds", "How long it took to bring these figures together.", time.GetElapsedTime(begun).TotalSeconds);
        return list;
    }

    /// <summary>The page.</summary>
    public static string Write(MemberSnapshot snapshot, RestApiOptions options, IMemberControl control, TimeProvider time) =>
        MetricsText.Write(Read(snapshot, options, control, time), LabelsOf(options));

    /// <summary>What every sample has.</summary>
    public static KeyValuePair<string, string>[] LabelsOf(RestApiOptions options) => [new("scope", options.Scope), new("name", options.Name)];

    private static void WriteDatabase(MetricList list, MemberSnapshot snapshot, RestApiOptions options)
    {
        var database = snapshot.View?.Database;
        var isPrimary = snapshot.IsRunning && database is { Role: DatabaseRole.Primary };
        var isReplica = snapshot.IsReplica;
        list.Gauge("patroni_version", "Semantic version without periods.", Version(options.Version));
        list.Gauge("patroni_postgres_running", "Value is 1 if Postgres is running, 0 otherwise.", snapshot.IsRunning);
        list.Gauge("patroni_postmaster_start_time", "Epoch seconds since Postgres started.", Epoch(snapshot.IsRunning ? database?.StartedAt : null));
        list.Gauge("patroni_primary", "Value is 1 if this node is the leader, 0 otherwise.", isPrimary);
        list.Gauge("patroni_xlog_location", "Current location of the Postgres transaction log, 0 if this node is not the leader.", isPrimary ? database!.Position.Bytes : 0);
        list.Gauge("patroni_standby_leader", "Value is 1 if this node is the standby_leader, 0 otherwise.", false);
        list.Gauge("patroni_replica", "Value is 1 if this node is a replica, 0 otherwise.", isReplica);
        list.Gauge("patroni_sync_standby", "Value is 1 if this node is a sync standby, 0 otherwise.", snapshot.IsSynchronousStandby);
        list.Gauge("patroni_quorum_standby", "Value is 1 if this node is a quorum standby, 0 otherwise.", false);
        list.Gauge("patroni_xlog_received_location", "Current location of the received Postgres transaction log, 0 if this node is not a replica.", isReplica ? database!.Position.Bytes : 0);
        list.Gauge("patroni_xlog_replayed_location", "Current location of the replayed Postgres transaction log, 0 if this node is not a replica.", isReplica ? database!.ReplayPosition.Bytes : 0);
        list.Gauge("patroni_xlog_replayed_timestamp", "Current timestamp of the replayed Postgres transaction log, 0 if null.", Epoch(isReplica ? database!.ReplayedAt : null));
        list.Gauge("patroni_xlog_paused", "Value is 1 if the Postgres xlog is paused, 0 otherwise.", isReplica && database!.IsReplayPaused);
        list.Gauge("patroni_postgres_streaming", "Value is 1 if Postgres is streaming, 0 otherwise.", isReplica && database!.IsStreaming);
        list.Gauge("patroni_postgres_in_archive_recovery", "Value is 1 if Postgres is replicating from archive, 0 otherwise.", false);
        list.Gauge("patroni_postgres_server_version", "Version of Postgres (if running), 0 otherwise.", snapshot.IsRunning ? database!.ServerVersion : 0);
        list.Gauge("patroni_postgres_timeline", "Postgres timeline of this node (if running), 0 otherwise.", snapshot.IsRunning ? database!.Timeline?.Number ?? 0 : 0);
        list.Gauge("patroni_pending_restart", "Value is 1 if the node needs a restart, 0 otherwise.", database is { IsRestartPending: true });
        list.Gauge("patroni_postgres_state", StateHelp(), PatroniWords.NumberedStates.Select(state => state.Word).ToList().IndexOf(PatroniWords.State(snapshot)));
    }

    private static void WriteCluster(MetricList list, MemberSnapshot snapshot)
    {
        var view = snapshot.View;
        list.Gauge("patroni_cluster_unlocked", "Value is 1 if the cluster is unlocked, 0 if locked.", snapshot.IsUnlocked);
        list.Gauge("patroni_failsafe_mode_is_active", "Value is 1 if failsafe mode is active, 0 if inactive.", view is { IsFailsafeActive: true } or { PromisedTo: not null });
        list.Gauge("patroni_failsafe_mode_enabled", "Value is 1 if failsafe_mode is enabled, 0 otherwise.", snapshot.Policy.UsesFailsafe);
        list.Gauge("patroni_failsafe_member", "Value is 1 if this node is a member of failsafe, 0 otherwise.", view?.Store.Failsafe?.ApiUrls.ContainsKey(view.Self) == true);
        list.Gauge("patroni_dcs_last_seen", "Epoch timestamp when DCS was last contacted successfully.", view is { Store.IsKnown: true } ? Math.Floor(Epoch(snapshot.UtcNow - (snapshot.Now - view.Store.ConfirmedAt))) : 0);
        list.Gauge("patroni_is_paused", "Value is 1 if auto failover is disabled, 0 otherwise.", snapshot.Policy.IsPaused);
        list.Gauge("patroni_failover_priority", "Failover priority of this node.", view is null ? 0 : view.Tags.MayLead ? view.Tags.FailoverPriority : 0);
    }

    private static void WriteHoldfast(MetricList list, MemberSnapshot snapshot, RestApiOptions options, IMemberControl control)
    {
        var view = snapshot.View;
        list.Gauge("holdfast_info", "The version that runs here; the value is 1.", new MetricSample("version", options.Version, 1));
        list.Gauge("holdfast_lease_held", "Value is 1 if this node holds the leader lease now, 0 otherwise.", snapshot.HoldsLease);
        list.Gauge("holdfast_term", "Fencing token of the present leader, 0 if there is none.", view?.Store.Lease?.Term.Number ?? 0);
        list.Gauge("holdfast_fence_deadline_seconds", "Time until this node fences itself unless its lease is renewed, 0 if it holds none.", snapshot.HoldsLease ? (view!.Session.FenceAt - snapshot.Now).TotalSeconds : 0);
        list.Gauge("holdfast_fence_ready", "Value is 1 if the fence would act now, 0 if it is broken.", [.. control.Fences.Select(fence => new MetricSample("fence", fence.Key, fence.Value ? 1 : 0))]);
        list.Gauge("holdfast_view_age_seconds", "Time since the agent last looked at everything.", snapshot.ViewAge.TotalSeconds);
        list.Gauge("holdfast_members", "Members whose agents are alive.", view?.Store.Members.Length ?? 0);
        list.Gauge("holdfast_job_running", "Value is 1 if the agent works on the database, by kind of work.", [.. Jobs(view)]);
        if (view?.Database.Disk is { } disk)
        {
            list.Gauge("holdfast_disk_free_bytes", "Free bytes on the data directory's disk.", disk.FreeBytes);
            list.Gauge("holdfast_disk_size_bytes", "Size of the data directory's disk.", disk.TotalBytes);
            list.Gauge("holdfast_data_directory_bytes", "Size of the data directory.", disk.DataBytes);
        }
    }

    private static void WriteDecisions(MetricList list, IMemberControl control, MemberFigures figures)
    {
        if (!control.Decisions.IsDefaultOrEmpty)
        {
            var latest = control.Decisions.GroupBy(record => record.Concern).Select(group => group.Last());
            list.Gauge("holdfast_decision", "The rule that decided last; the value is 1.", [.. latest.Select(record => new MetricSample(1, new("concern", record.Concern), new("rule", record.Rule)))]);
        }

        list.Counter("holdfast_decisions_total", "How often the rule came to decide after another one.", [.. figures.Rules.Select(rule => new MetricSample(rule.Count, new("concern", rule.Concern), new("rule", rule.Rule)))]);
    }

    private static IEnumerable<MetricSample> Jobs(ClusterView? view) =>
        Enum.GetValues<DatabaseJobKind>().Select(kind =>
            new MetricSample("kind", kind.ToString().ToLowerInvariant(), view?.Database.Job is { State: JobState.Running } job && job.Kind == kind ? 1 : 0));

    private static string StateHelp() =>
        "Numeric representation of Postgres state. Values: "
        + string.Join(", ", PatroniWords.NumberedStates.Select((state, number) => string.Create(CultureInfo.InvariantCulture, $"{number}={state.Name}")));

    /// <summary>4.1.0 becomes 040100, as Patroni has it.</summary>
    private static MetricSample Version(string version)
    {
        var padded = string.Concat(version.Split('-', '+')[0].Split('.').Select(part => part.PadLeft(2, '0')));
        return new MetricSample(long.Parse(padded, CultureInfo.InvariantCulture)) { Text = padded };
    }

    private static double Epoch(DateTimeOffset? time) =>
        time is { } known ? (known - DateTimeOffset.UnixEpoch).TotalSeconds : 0;
}
