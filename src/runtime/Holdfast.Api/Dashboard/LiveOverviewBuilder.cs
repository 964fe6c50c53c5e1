using Holdfast.Api.Alerts;
using Holdfast.Api.Approvals;
using Holdfast.Api.Contracts;
using Holdfast.Api.Status;
using Holdfast.Decisions.Health;
using Holdfast.Ports.Control;

namespace Holdfast.Api.Dashboard;

/// <summary>Says all that the dashboard shows, as one document.</summary>
internal static class LiveOverviewBuilder
{
    private static readonly TimeSpan MeasuredEvery = TimeSpan.FromSeconds(2);

    public static LiveOverview Build(MemberSnapshot snapshot, RestApiOptions options, IMemberControl control)
    {
        var now = snapshot.View is { } view ? view with { Now = snapshot.Now, UtcNow = snapshot.UtcNow } : null;
        var verdict = now is null ? new Verdict(HealthLevel.Attention, $"{options.Name} has just begun and has not looked around yet.") : ClusterHealth.Judge(now);
        return new()
        {
            At = snapshot.UtcNow,
            Verdict = StatusOf(verdict),
            SignIn = SignIn(options),
            Cluster = ClusterBuilder.Build(snapshot, options),
            Missing = now is null ? [] : [.. ClusterHealth.Missing(now).Select(missing => new MissingMember(missing.Key.Text, (int)missing.Value.TotalSeconds))],
            Approvals = ApprovalEndpoint.ListOf(snapshot, options),
            Alerts = AlertEndpoint.AlertsOf(snapshot),
            Silences = AlertEndpoint.SilencesOf(snapshot),
            Probes = MemberProbes.Of(snapshot, control.Probe),
            Status = HoldfastStatusBuilder.Build(snapshot, options, control),
            Decisions = [.. HoldfastStatusBuilder.Decisions(options, control).Decisions.TakeLast(options.Limits.EventDecisionsMax)],
        };
    }

    /// <summary>The same without what time alone changes: two that are equal show the same.</summary>
    public static LiveOverview WithoutClock(LiveOverview overview) => overview with
    {
        // What a probe measures is other at every look.
        At = overview.Probes.Count == 0 ? default : new(overview.At.UtcTicks / MeasuredEvery.Ticks * MeasuredEvery.Ticks, TimeSpan.Zero),
        Probes = [.. overview.Probes.Select(MemberProbes.WithoutFigures)],
        Missing = [.. overview.Missing.Select(member => member with { SecondsAgo = 0 })],
        Status = overview.Status with
        {
            FenceInMs = null,
            Store = overview.Status.Store with { AgeMs = 0, Revision = 0 },
            Disk = null,
            Probe = overview.Status.Probe is { } probe ? MemberProbes.WithoutFigures(probe) : null,
            Decision = null,
        },
        Decisions = [.. overview.Decisions.Select(decision => decision with { Repeats = 0, Inputs = "" })],
    };

    public static VerdictStatus StatusOf(Verdict verdict) => new(verdict.Level.ToString().ToLowerInvariant(), verdict.Sentence, verdict.Ask);

    private static string SignIn(RestApiOptions options) => options switch
    {
        { Credentials: not null } => "password",
        { AsksForCertificates: true } => "certificate",
        { NeedsLogin: true } => "token",
        _ => "name",
    };
}
