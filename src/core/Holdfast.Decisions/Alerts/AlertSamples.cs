using System.Globalization;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Model.Probes;

namespace Holdfast.Decisions.Alerts;

/// <summary>What looks at figures, one after the other, so that a turn in which nothing is worth telling makes nothing.</summary>
public interface IAlertSampleVisitor
{
    void Visit(AlertSample sample);
}

/// <summary>The figures of one cluster, as the member that evaluates them sees it, and those that each member sees for itself.</summary>
public static class AlertSamples
{
    /// <summary>A member is missed for so long after it was last heard of, and counts as removed then.</summary>
    private static readonly TimeSpan MissedFor = TimeSpan.FromMinutes(30);

    /// <summary>All of them, as the evaluator sees them.</summary>
    public static IReadOnlyCollection<AlertSample> Of(ClusterView view)
    {
        var all = new Collected([]);
        VisitOwn(view, ref all);
        VisitCluster(view, ref all);
        return all.Samples;
    }

    /// <summary>What each member tells of itself: <see cref="AlertFigures.IsOwn"/>.</summary>
    public static void VisitOwn<TVisitor>(ClusterView view, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor =>
        visitor.Visit(new(AlertFigures.Quorum, view.Self.Text, HasQuorum(view) ? 1 : 0));

    public static void VisitCluster<TVisitor>(ClusterView view, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        visitor.Visit(new(AlertFigures.PrimaryAvailable, "", IsPrimaryThere(view) ? 1 : 0));
        VisitApproval(view, ref visitor);
        VisitStore(view, ref visitor);
        VisitMembers(view, ref visitor);
        VisitProbe(view, view.Self, view.Probe, ref visitor);
        if (!view.SelfHoldsLiveLease)
        {
            return;
        }

        if (SinceLeaderChange(view) is { } since)
        {
            visitor.Visit(new(AlertFigures.SinceLeaderChange, "", since.TotalSeconds));
        }

        if (view.Policy.SynchronousMode != SynchronousMode.Off)
        {
            visitor.Visit(new(AlertFigures.SynchronousStandbys, "", view.Store.Sync.Standbys.Length));
        }

        VisitStandbys(view, ref visitor);
    }

    private static void VisitApproval<TVisitor>(ClusterView view, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        var waiting = view.Store.Lease is null && view.Store.Approval?.State == ApprovalState.Pending ? view.Store.Approval : null;

        // A question that is asked anew has another link. Where that escalates, it is told by the escalation alone.
        visitor.Visit(new(AlertFigures.ApprovalWaiting, "", waiting is null ? 0 : 1) { Asked = Question(waiting, waiting?.Number - waiting?.Escalation) });
        visitor.Visit(new(AlertFigures.ApprovalEscalations, "", waiting?.Escalation ?? 0) { Asked = Question(waiting, waiting?.Escalation) });
    }

    /// <summary>One of a later term comes after every one of an earlier term.</summary>
    private static long? Question(ApprovalRequest? request, int? number) => (request?.LostTerm.Number << 16) + number;

    private static void VisitStore<TVisitor>(ClusterView view, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        if (view.StoreHealth.Answer is { } answer)
        {
            visitor.Visit(new(AlertFigures.StoreAnswerSeconds, view.Self.Text, answer.TotalSeconds));
        }

        if (view.StoreHealth.FailedPercent is { } failed)
        {
            visitor.Visit(new(AlertFigures.StoreFailedPercent, view.Self.Text, failed));
        }

        if (view.StoreHealth.MembersLost is { } lost)
        {
            visitor.Visit(new(AlertFigures.StoreMembersLost, "", lost));
        }
    }

    private static void VisitMembers<TVisitor>(ClusterView view, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        foreach (var report in view.Store.Members)
        {
            if (report.Name != view.Self)
            {
                if (report.DiskFreePercent is { } free)
                {
                    visitor.Visit(new(AlertFigures.DiskFreePercent, report.Name.Text, free));
                }

                VisitCertificates(view, report.Name, report.Certificates, ref visitor);
                VisitProbe(view, report.Name, report.Probe, ref visitor);
            }
        }

        if (view.Database.Disk is { TotalBytes: > 0 } disk)
        {
            visitor.Visit(new(AlertFigures.DiskFreePercent, view.Self.Text, 100d * disk.FreeBytes / disk.TotalBytes));
        }

        VisitCertificates(view, view.Self, view.Certificates, ref visitor);
    }

    private static void VisitCertificates<TVisitor>(ClusterView view, MemberName member, CertificateEnds ends, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        foreach (var end in ends.Files)
        {
            visitor.Visit(new(AlertFigures.CertificateLeftSeconds, member.Text, (end.NotAfter - view.UtcNow).TotalSeconds) { Part = end.Setting });
        }
    }

    /// <summary>Of this member by what it sees, of the others by what they say.</summary>
    private static void VisitProbe<TVisitor>(ClusterView view, MemberName member, ProbeReport? report, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        if (report is { } probe)
        {
            var outage = probe.FailingSince is { } since && view.UtcNow > since ? view.UtcNow - since : TimeSpan.Zero;
            visitor.Visit(new(AlertFigures.ProbeOutage, member.Text, outage.TotalSeconds));
            visitor.Visit(new(AlertFigures.ProbeBurnRate, member.Text, probe.BurnRate));
            visitor.Visit(new(AlertFigures.ProbeLostWrites, member.Text, probe.LostWrites));
        }
    }

    /// <summary>By the history, which an agent that is started again does not add to; null while nobody but the first has led.</summary>
    private static TimeSpan? SinceLeaderChange(ClusterView view) =>
        view is { Store.History: [.., { At: { } at }] history } && (view.Database.Group is null || history.Length > 1)
            && DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.None, out var changed)
            ? view.UtcNow - changed
            : null;

    /// <summary>A member knows more of its own database than its last report in the store.</summary>
    /// <summary>A primary that has lost the store, and its lease with it, goes on for as long as it has every member's promise.</summary>
    private static bool IsPrimaryThere(ClusterView view) => view.Store.Lease switch
    {
        null => view.PromisedTo is not null,
        { } lease when lease.Holder == view.Self => view.Database is { IsRunningPrimary: true, IsResponsive: true },
        { } lease => view.Report(lease.Holder) is { Role: DatabaseRole.Primary, State: MemberState.Running },
    };

    /// <summary>An agent that has begun without the store has waited for it since.</summary>
    private static bool HasQuorum(ClusterView view)
    {
        var heard = view.Store.ConfirmedAt > view.Memory.StartedAt ? view.Store.ConfirmedAt : view.Memory.StartedAt;
        return view.Now - heard < view.Policy.TimeToLive && view.Database.Group is not { HasMajority: false };
    }

    private static void VisitStandbys<TVisitor>(ClusterView view, ref TVisitor visitor)
        where TVisitor : IAlertSampleVisitor
    {
        foreach (var (name, heard) in view.Memory.MembersSeen)
        {
            if (name == view.Self || view.Now - heard > MissedFor)
            {
                continue;
            }

            var report = Find(view, name);
            visitor.Visit(new(AlertFigures.StandbyConnected, name.Text, IsConnected(view, name, report) ? 1 : 0));
            if (report?.Group is { } group)
            {
                visitor.Visit(new(AlertFigures.ApplyBacklog, name.Text, group.ApplyBacklog));
            }
            else if (report?.ReplayPosition is { } replayed)
            {
                visitor.Visit(new(AlertFigures.LagBytes, name.Text, Math.Max(0, view.Database.Position.BytesAheadOf(replayed))));
                visitor.Visit(new(AlertFigures.LagSeconds, name.Text, view.Memory.LogEnds.LagOf(replayed, view.Database.Position, view.Now).TotalSeconds));
            }
        }
    }

    /// <summary>
    /// The leader's server sees at once that a standby's process is gone, and its report ends when its host is: either is enough. Whoever
    /// follows another standby is known by its report alone.
    /// </summary>
    private static bool IsConnected(ClusterView view, MemberName name, MemberReport? report)
    {
        if (report is not ({ IsStreaming: true } or { Group.IsServing: true }))
        {
            return false;
        }

        if (view.Database.Group is not null || !view.Database.IsResponsive || report.Tags.ReplicateFrom is not null)
        {
            return true;
        }

        foreach (var standby in view.Database.Standbys)
        {
            if (standby.Member == name)
            {
                return true;
            }
        }

        return false;
    }

    private static MemberReport? Find(ClusterView view, MemberName name)
    {
        foreach (var report in view.Store.Members)
        {
            if (report.Name == name)
            {
                return report;
            }
        }

        return null;
    }

    private readonly record struct Collected(List<AlertSample> Samples) : IAlertSampleVisitor
    {
        public void Visit(AlertSample sample) => Samples.Add(sample);
    }
}
