using Holdfast.Api.Contracts;
using Holdfast.Api.Status;
using Holdfast.Model.Probes;

namespace Holdfast.Api.Dashboard;

/// <summary>What clients meet at every member: at this one as its probe has it now, at the others as they have told the store.</summary>
internal static class MemberProbes
{
    public static IReadOnlyList<MemberProbe> Of(MemberSnapshot snapshot, ProbeRecord? own)
    {
        if (snapshot.View is not { } view)
        {
            return [];
        }

        var reports = view.Store.Members
            .Where(report => report.Name != view.Self && !snapshot.StoreIsAway)
            .Select(report => (report.Name, report.Probe))
            .Append((Name: view.Self, Probe: own?.ReportAt(snapshot.UtcNow)));
        return [.. reports.Where(told => told.Probe is not null).Select(told => StatusOf(told.Name.Text, told.Probe!, snapshot.UtcNow)).OrderBy(probe => probe.Member, StringComparer.Ordinal)];
    }

    /// <summary>Only whether clients are served.</summary>
    public static MemberProbe WithoutFigures(MemberProbe probe) => new()
    {
        Member = probe.Member,
        LastOutage = probe.LastOutage is { IsOver: false } goesOn ? goesOn with { Seconds = 0 } : probe.LastOutage,
    };

    /// <inheritdoc cref="WithoutFigures(MemberProbe)"/>
    public static ProbeStatus WithoutFigures(ProbeStatus probe) => new()
    {
        State = probe.State,
        Trouble = probe.Trouble,
        LostWrites = probe.LostWrites,
        Objective = 0,
        BudgetLeft = 0,
        BurnRate1h = 0,
        Attempts = 0,
        Failures = 0,
        Outages = 0,
        LongestOutageSeconds = 0,
    };

    private static MemberProbe StatusOf(string member, ProbeReport report, DateTimeOffset now) => new()
    {
        Member = member,
        WriteMedianSeconds = report.Writes?.Median.TotalSeconds,
        WriteSlowestSeconds = report.Writes?.Slowest.TotalSeconds,
        LastOutage = OutageOf(report, now),
        Availability = report.Availability,
        BudgetLeft = report.BudgetLeft,
    };

    private static OutageStatus? OutageOf(ProbeReport report, DateTimeOffset now) => report switch
    {
        { FailingSince: { } since } => new(since, Math.Max(0, (now - since).TotalSeconds), false),
        { LastOutage: { } last } => new(last.Since, last.Length.TotalSeconds, true),
        _ => null,
    };
}
