using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Alerts;

/// <summary>The figures of one cluster, as the member that evaluates them sees it.</summary>
public static class AlertSamples
{
    /// <summary>A member is missed for so long after it was last heard of, and counts as removed then.</summary>
    private static readonly TimeSpan MissedFor = TimeSpan.FromMinutes(30);

    public static IReadOnlyCollection<AlertSample> Of(ClusterView view) =>
    [
        new(AlertFigures.PrimaryAvailable, "", IsPrimaryThere(view) ? 1 : 0),
        new(AlertFigures.Quorum, "", HasQuorum(view) ? 1 : 0),
        new(AlertFigures.ApprovalWaiting, "", view.Store is { Lease: null, Approval.State: ApprovalState.Pending } ? 1 : 0),
        .. SinceLeaderChange(view) is { } since ? (AlertSample[])[new(AlertFigures.SinceLeaderChange, "", since.TotalSeconds)] : [],
        .. view is { SelfHoldsLiveLease: true, Policy.SynchronousMode: not SynchronousMode.Off } ? (AlertSample[])[new(AlertFigures.SynchronousStandbys, "", view.Store.Sync.Standbys.Length)] : [],
        .. Disks(view),
        .. Probes(view),
        .. view.SelfHoldsLiveLease ? Standbys(view) : [],
    ];

    /// <summary>By the history, which an agent that is started again does not add to; null while nobody but the first has led.</summary>
    private static TimeSpan? SinceLeaderChange(ClusterView view) =>
        view is { SelfHoldsLiveLease: true, Store.History: [.., { At: { } at }] history } && (view.Database.Group is null || history.Length > 1)
            && DateTimeOffset.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var changed)
            ? view.UtcNow - changed
            : null;

    private static bool IsPrimaryThere(ClusterView view) =>
        view.SelfHoldsLiveLease
            ? view.Database is { IsRunningPrimary: true, IsResponsive: true }
            : view.Store.Lease is { } lease && view.Report(lease.Holder) is { Role: DatabaseRole.Primary, State: MemberState.Running };

    private static bool HasQuorum(ClusterView view) =>
        view.Now - view.Store.ConfirmedAt < view.Policy.TimeToLive && view.Database.Group is not { HasMajority: false };

    private static IEnumerable<AlertSample> Disks(ClusterView view) =>
        view.Others
            .Where(report => report.DiskFreePercent is not null)
            .Select(report => new AlertSample(AlertFigures.DiskFreePercent, report.Name.Text, report.DiskFreePercent!.Value))
            .Concat(view.Database.Disk is { TotalBytes: > 0 } disk ? [new(AlertFigures.DiskFreePercent, view.Self.Text, 100d * disk.FreeBytes / disk.TotalBytes)] : []);

    /// <summary>Of this member by what it sees, of the others by what they say.</summary>
    private static IEnumerable<AlertSample> Probes(ClusterView view)
    {
        foreach (var (name, probe) in view.Others.Select(report => (report.Name, report.Probe)).Append((view.Self, view.Probe)))
        {
            if (probe is not null)
            {
                var outage = probe.FailingSince is { } since && view.UtcNow > since ? view.UtcNow - since : TimeSpan.Zero;
                yield return new(AlertFigures.ProbeOutage, name.Text, outage.TotalSeconds);
                yield return new(AlertFigures.ProbeBurnRate, name.Text, probe.BurnRate);
                yield return new(AlertFigures.ProbeLostWrites, name.Text, probe.LostWrites);
            }
        }
    }

    private static IEnumerable<AlertSample> Standbys(ClusterView view)
    {
        foreach (var (name, heard) in view.Memory.MembersSeen)
        {
            if (name == view.Self || view.Now - heard > MissedFor)
            {
                continue;
            }

            var report = view.Report(name);
            yield return new(AlertFigures.StandbyConnected, name.Text, report is { IsStreaming: true } or { Group.IsServing: true } ? 1 : 0);
            if (report?.Group is { } group)
            {
                yield return new(AlertFigures.ApplyBacklog, name.Text, group.ApplyBacklog);
            }
            else if (report?.ReplayPosition is { } replayed)
            {
                yield return new(AlertFigures.LagBytes, name.Text, Math.Max(0, view.Database.Position.BytesAheadOf(replayed)));
                yield return new(AlertFigures.LagSeconds, name.Text, view.Memory.LogEnds.LagOf(replayed, view.Database.Position, view.Now).TotalSeconds);
            }
        }
    }
}
