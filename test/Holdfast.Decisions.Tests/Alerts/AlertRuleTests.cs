using Holdfast.Decisions.Alerts;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Xunit;
using static Holdfast.Decisions.Tests.Views;
using Dynamic = Holdfast.Decisions.Configuration.DynamicConfiguration;

namespace Holdfast.Decisions.Tests.Alerts;

/// <summary>What is seen of a cluster, who looks, and what an operator may change.</summary>
public sealed class AlertRuleTests
{
    private static ClusterView Default => Healthy.WithPolicy(policy => policy with { AlertRules = AlertDefaults.Rules });

    [Fact]
    public void A_healthy_cluster_has_nothing_to_tell()
    {
        var decision = TurnRules.Decide(Default).Alerting;

        Assert.Equal(Rule.WatchAlerts, decision.Rule);
        Assert.DoesNotContain(decision.Actions, action => action is HaAction.WriteAlerts);
    }

    [Fact]
    public void One_member_looks_and_the_next_does_when_that_one_is_gone()
    {
        Assert.True(AlertRules.IsEvaluator(Healthy));
        Assert.False(AlertRules.IsEvaluator(Following));
        Assert.Equal(Leaderless.Store.Members[0].Name == Beta, AlertRules.IsEvaluator(Leaderless));
        Assert.True(AlertRules.IsEvaluator(Following.WithDatabase(_ => Healthy.Database).WithStore(store => store with { ConfirmedAt = Now - TimeSpan.FromMinutes(1) })));
    }

    [Fact]
    public void A_lost_standby_is_critical_after_ten_seconds()
    {
        var lost = Default.WithoutReport(Gamma);
        var pending = TurnRules.Decide(lost).Alerting.Actions.OfType<HaAction.RaiseAlerts>().Single();
        Assert.Empty(pending.Changes);
        Assert.Equal("StandbyNotConnected/gamma", Assert.Single(pending.Board!.Alerts.Keys));

        var later = lost.WithMemory(memory => memory with { Alerts = pending.Board }) with { UtcNow = lost.UtcNow.AddSeconds(10) };
        var change = Assert.Single(TurnRules.Decide(later).Alerting.Actions.OfType<HaAction.RaiseAlerts>().Single().Changes);

        Assert.Equal((AlertSeverity.Critical, "gamma does not follow the primary"), (change.Alert.Severity, change.Alert.Summary));
    }

    [Fact]
    public void A_replica_of_an_idle_primary_is_not_behind_however_long_nothing_is_written()
    {
        var idle = new LogEnds([(Now - TimeSpan.FromMinutes(10), new LogPosition(1000))]);

        Assert.Equal(TimeSpan.Zero, idle.LagOf(new LogPosition(1000), new LogPosition(1000), Now));
        Assert.Equal(TimeSpan.FromMinutes(2), new LogEnds([(Now - TimeSpan.FromMinutes(10), new LogPosition(1000)), (Now - TimeSpan.FromMinutes(2), new LogPosition(1500))])
            .LagOf(new LogPosition(1000), new LogPosition(2000), Now));
    }

    [Fact]
    public void A_full_disk_is_told_with_what_is_left()
    {
        var full = Default.WithDatabase(database => database with { Disk = new DiskSpace(4, 100, 90) });

        var fired = TurnRules.Decide(full).Alerting.Actions.OfType<HaAction.RaiseAlerts>().Single().Changes;

        Assert.Equal(["DiskSpaceCritical", "DiskSpaceLow"], fired.Select(change => change.Alert.Rule).Order());
        Assert.All(fired, change => Assert.Equal("the disk of alpha has 4 % free", change.Alert.Summary));
    }

    [Fact]
    public void An_operator_changes_adds_and_removes_rules_by_their_names()
    {
        var reading = Dynamic.ToPolicy(
            """{"alerts": {"rules": {"LeaderChanged": "off", "ReplicationLag": {"when": "replication_lag_seconds > 5", "for": "1min"}, "Mine": {"when": "apply_backlog > 100", "severity": "info", "summary": "{subject}: {value}"}}}}""");

        Assert.Empty(reading.Warnings);
        var rules = reading.Policy.AlertRules.ToDictionary(rule => rule.Name);
        Assert.DoesNotContain("LeaderChanged", rules.Keys);
        Assert.Equal(5, rules["ReplicationLag"].When.Limit);
        Assert.Null(rules["ReplicationLag"].Until);
        Assert.Equal(TimeSpan.FromMinutes(1), rules["ReplicationLag"].For);
        Assert.Equal(AlertSeverity.Warning, rules["ReplicationLag"].Severity);
        Assert.Equal(AlertSeverity.Info, rules["Mine"].Severity);
    }

    [Theory]
    [InlineData("""{"Mine": {"when": "nonsense > 1"}}""", "figures are")]
    [InlineData("""{"Mine": 7}""", "is ignored")]
    [InlineData("""{"DiskSpaceLow": {"for": "soon"}}""", "a number of seconds")]
    [InlineData("""{"DiskSpaceLow": {"severity": "loud"}}""", "info, warning or critical")]
    public void What_makes_no_sense_is_warned_of(string rules, string words)
    {
        var reading = Dynamic.ToPolicy("""{"alerts": {"rules": """ + rules + "}}");

        Assert.Contains(reading.Warnings, warning => warning.Contains(words, StringComparison.Ordinal));
        Assert.Contains(reading.Policy.AlertRules, rule => rule.Name == "DiskSpaceLow");
    }
}
