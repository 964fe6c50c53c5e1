using Holdfast.Decisions.Alerts;
using Holdfast.Decisions.Reporting;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Probes;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Probes;

/// <summary>What probes see reaches the member that looks, and becomes worth telling.</summary>
public sealed class ProbeAlertTests
{
    private static readonly ProbeReport Fine = new(null, 0, 0);

    private static ClusterView Default => Healthy.WithPolicy(policy => policy with { AlertRules = AlertDefaults.Rules });

    [Fact]
    public void Where_nobody_probes_there_are_no_figures_of_it() =>
        Assert.DoesNotContain(AlertSamples.Of(Default), sample => sample.Figure.StartsWith("probe_", StringComparison.Ordinal));

    [Fact]
    public void A_clients_outage_is_critical_from_ten_seconds_on_whoever_met_it()
    {
        var met = WithProbe(Default, Beta, Fine with { FailingSince = Default.UtcNow.AddSeconds(-10) }) with { Probe = Fine };

        Assert.Equal(["ProbeFailing/beta"], Fired(met));
        Assert.Empty(Fired(met with { UtcNow = met.UtcNow.AddSeconds(-0.1) }));
        Assert.Equal(["ProbeFailing/alpha"], Fired(Default with { Probe = Fine with { FailingSince = Default.UtcNow.AddMinutes(-1) } }));
    }

    [Fact]
    public void A_member_whose_clock_is_ahead_has_no_outage_of_less_than_nothing() =>
        Assert.Contains(
            new AlertSample(AlertFigures.ProbeOutage, "beta", 0),
            AlertSamples.Of(WithProbe(Default, Beta, Fine with { FailingSince = Default.UtcNow.AddSeconds(5) })));

    [Fact]
    public void A_burning_budget_is_a_warning_and_a_lost_write_is_critical()
    {
        Assert.Equal(["ErrorBudgetBurning/alpha"], Fired(Default with { Probe = Fine with { BurnRate = 14.5 } }));
        Assert.Equal(["AcknowledgedWritesLost/alpha"], Fired(Default with { Probe = Fine with { LostWrites = 1 } }));
    }

    [Fact]
    public void What_a_probe_sees_is_written_with_the_report_once_a_loop()
    {
        var failing = Following with { Probe = Fine with { FailingSince = Following.UtcNow } };

        Assert.Equal(failing.Probe, ReportRules.ReportOf(failing).Probe);
        Assert.Equal(Rule.NothingToReport, ReportRules.Decide(failing).Rule);
        Assert.Equal(Rule.PublishReport, ReportRules.Decide(failing with { Now = Now + failing.Policy.LoopWait }).Rule);
    }

    private static IEnumerable<string> Fired(ClusterView view) =>
        TurnRules.Decide(view).Alerting.Actions.OfType<HaAction.RaiseAlerts>().SelectMany(action => action.Changes).Select(change => change.Alert.Key);

    private static ClusterView WithProbe(ClusterView view, MemberName member, ProbeReport probe) =>
        view.WithStore(store => store with { Members = [.. store.Members.Select(report => report.Name == member ? report with { Probe = probe } : report)] });
}
