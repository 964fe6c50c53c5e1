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
    public void A_standby_whose_stream_has_just_ended_is_missed_before_its_report_ends_and_one_that_follows_another_is_not()
    {
        var ended = Default.WithDatabase(database => database with { Standbys = database.Standbys.RemoveAll(standby => standby.Member == Gamma) });
        var cascading = ended.WithReport(Gamma, report => report with { Tags = report.Tags with { ReplicateFrom = Beta.Text } });

        Assert.Equal("StandbyNotConnected/gamma", Assert.Single(TurnRules.Decide(ended).Alerting.Actions.OfType<HaAction.RaiseAlerts>().Single().Board!.Alerts.Keys));
        Assert.Equal(Rule.WatchAlerts, TurnRules.Decide(cascading).Alerting.Rule);
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

    [Fact]
    public void A_turn_in_which_nothing_is_worth_telling_makes_nothing()
    {
        var watching = Default.WithMemory(memory => memory with { Alerts = AlertBoard.Empty }) with
        {
            StoreHealth = new StoreHealth(TimeSpan.FromMilliseconds(3), 0, 0),
            Certificates = new CertificateEnds([new("restapi.certfile", Healthy.UtcNow.AddDays(90))]),
        };
        var following = Following.WithPolicy(policy => policy with { AlertRules = AlertDefaults.Rules });
        for (var warm = 0; warm < 3; warm++)
        {
            AlertRules.Decide(watching);
            AlertRules.Decide(following);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        AlertRules.Decide(watching);
        AlertRules.Decide(following);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(14.0, "")]
    [InlineData(13.99, "CertificateExpiring/alpha/restapi.certfile")]
    [InlineData(3.0, "CertificateExpiring/alpha/restapi.certfile")]
    [InlineData(2.99, "CertificateExpiring/alpha/restapi.certfile CertificateExpiringSoon/alpha/restapi.certfile")]
    [InlineData(-1.0, "CertificateExpiring/alpha/restapi.certfile CertificateExpiringSoon/alpha/restapi.certfile")]
    public void A_certificate_is_warned_of_below_fourteen_days_and_critical_below_three(double days, string alerts)
    {
        var view = Default with { Certificates = new([new("restapi.certfile", Healthy.UtcNow.AddDays(days))]) };

        Assert.Equal(alerts, string.Join(' ', Fired(view)));
        Assert.Equal("alpha", new ActiveAlert { Rule = "X", Subject = "alpha/restapi.certfile", Severity = AlertSeverity.Info, Since = default, Summary = "" }.Member);
    }

    [Fact]
    public void Another_members_certificate_is_known_by_its_report()
    {
        var view = Default.WithReport(Beta, report => report with { Certificates = new([new("ctl.certfile", Healthy.UtcNow.AddDays(5))]) });

        Assert.Equal(["CertificateExpiring/beta/ctl.certfile"], Fired(view));
    }

    [Theory]
    [InlineData(200, 0, 0, "")]
    [InlineData(201, 0, 0, "StoreSlow/alpha")]
    [InlineData(3, 20, 0, "")]
    [InlineData(3, 21, 0, "StoreFailing/alpha")]
    [InlineData(3, 0, 1, "StoreMemberLost")]
    public void A_store_that_is_slow_fails_or_has_lost_a_member_is_warned_of_after_half_a_minute(int milliseconds, int failedPercent, int lost, string alert)
    {
        var view = Default with { StoreHealth = new(TimeSpan.FromMilliseconds(milliseconds), failedPercent, lost) };

        var first = Raised(view);
        Assert.Empty(first.Changes);
        Assert.Equal(alert, string.Join(' ', first.Board!.Alerts.Keys));
        var late = view.WithMemory(memory => memory with { Alerts = first.Board }) with { UtcNow = view.UtcNow.AddSeconds(30) };
        Assert.Equal(alert, string.Join(' ', Fired(late)));
    }

    [Fact]
    public void A_primary_that_goes_on_by_every_members_promise_is_there_though_its_lease_is_not()
    {
        var promised = Leaderless.WithMemory(memory => memory with { Promise = new LeaderPromise(Alpha, Now + TimeSpan.FromSeconds(1)) });

        Assert.Contains(AlertSamples.Of(promised), sample => sample is { Figure: AlertFigures.PrimaryAvailable, Value: 1 });
        Assert.Contains(AlertSamples.Of(promised with { Now = Now + TimeSpan.FromSeconds(1) }), sample => sample is { Figure: AlertFigures.PrimaryAvailable, Value: 0 });
    }

    [Fact]
    public void Each_member_that_has_lost_the_store_tells_it_itself_and_tells_the_end()
    {
        var lost = Following.WithPolicy(policy => policy with { AlertRules = AlertDefaults.Rules }).WithStore(store => store with { ConfirmedAt = Now - TimeSpan.FromSeconds(3) });
        Assert.False(AlertRules.IsEvaluator(lost));

        var pending = Raised(lost);
        Assert.Empty(pending.Changes);
        Assert.Null(pending.Board);
        var later = lost.WithMemory(memory => memory with { OwnAlerts = pending.Own }) with { UtcNow = lost.UtcNow.AddSeconds(5) };
        Assert.Equal(["QuorumLost/beta"], Fired(later));
        Assert.DoesNotContain(TurnRules.Decide(later).Alerting.Actions, action => action is HaAction.WriteAlerts);

        var back = Following.WithPolicy(policy => policy with { AlertRules = AlertDefaults.Rules }).WithMemory(memory => memory with { OwnAlerts = Raised(later).Own }) with { UtcNow = later.UtcNow.AddSeconds(1) };
        var over = back.WithMemory(memory => memory with { OwnAlerts = Raised(back).Own }) with { UtcNow = back.UtcNow.AddSeconds(10) };
        Assert.Equal([AlertNews.Over], Raised(over).Changes.Select(change => change.News));
        Assert.Empty(Raised(over).Own.Alerts);
    }

    [Fact]
    public void An_agent_that_has_begun_without_the_store_tells_it_as_well()
    {
        var begun = Newborn.WithPolicy(policy => policy with { AlertRules = AlertDefaults.Rules }).WithStore(store => store with { IsKnown = false, ConfirmedAt = TimeSpan.Zero });

        Assert.Empty(TurnRules.Decide(begun).Alerting.Actions);
        Assert.NotEmpty(Raised(begun.WithMemory(memory => memory with { StartedAt = Now - TimeSpan.FromSeconds(4) })).Own.Alerts);
    }

    [Fact]
    public void What_was_just_written_is_not_written_again_before_the_view_shows_it()
    {
        var lost = Default.WithoutReport(Gamma);
        Assert.Contains(TurnRules.Decide(lost).Alerting.Actions, action => action is HaAction.WriteAlerts);

        var written = lost.WithMemory(memory => memory with { AlertsWritten = new(lost.Store.AlertsRevision, Now) });
        Assert.DoesNotContain(TurnRules.Decide(written).Alerting.Actions, action => action is HaAction.WriteAlerts);
        Assert.Null(Remembering.Step(written with { Now = Now + TimeSpan.FromSeconds(2) }).AlertsWritten);
        Assert.Null(Remembering.Step(written.WithStore(store => store with { AlertsRevision = new(90) })).AlertsWritten);
    }

    [Fact]
    public void A_rule_says_that_those_are_told_whom_others_escalate_to()
    {
        var reading = Dynamic.ToPolicy("""{"alerts": {"rules": {"DiskSpaceCritical": {"escalate": true}, "ApprovalEscalated": {"escalate": "perhaps"}}}}""");

        Assert.True(reading.Policy.AlertRules.Single(rule => rule.Name == "DiskSpaceCritical").IsEscalated);
        Assert.Contains("true or false", Assert.Single(reading.Warnings), StringComparison.Ordinal);
    }

    private static HaAction.RaiseAlerts Raised(ClusterView view) => TurnRules.Decide(view).Alerting.Actions.OfType<HaAction.RaiseAlerts>().Single();

    private static IEnumerable<string> Fired(ClusterView view) =>
        TurnRules.Decide(view).Alerting.Actions.OfType<HaAction.RaiseAlerts>().SelectMany(raise => raise.Changes).Where(change => !change.IsResolved).Select(change => change.Alert.Key);
}
