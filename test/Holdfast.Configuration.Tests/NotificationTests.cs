using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Holdfast.Ports.Notifications;
using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class NotificationTests
{
    [Fact]
    public void Every_way_to_a_target_is_read()
    {
        var targets = Configurations.Valid(Configurations.Smallest + """
            notifications:
              hook: {webhook: {url: 'https://hooks.example/a?b=c', cafile: /ca.pem, secret: s3cret}}
              prometheus: {alertmanager: {url: 'http://10.0.0.9:9093/am', username: u, password: p}}
              prometheus2: {alertmanager: {url: 'http://10.0.0.10:9093', token: t, cafile: /ca.pem}}
              chat: {slack: {url: 'https://hooks.slack.com/services/T/B/X'}}
              pager: {pagerduty: {routing_key: R0}}
              mail: {smtp: {host: mail.example, from: Holdfast <ha@db.example>, to: [a@b.example, c@d.example], username: u, password: p}}
            """).Notifications;

        Assert.Equal(["hook", "prometheus", "prometheus2", "chat", "pager", "mail"], targets.Select(target => target.Name));
        Assert.Equal(new NotificationDelivery.Webhook(new("https://hooks.example/a?b=c"), "/ca.pem", "s3cret"), targets[0].Delivery);
        Assert.Equal(new NotificationDelivery.Alertmanager(new("http://10.0.0.9:9093/am"), null, new("u", "p"), null), targets[1].Delivery);
        Assert.Equal(new NotificationDelivery.Alertmanager(new("http://10.0.0.10:9093"), "/ca.pem", null, "t"), targets[2].Delivery);
        Assert.Equal(new NotificationDelivery.Slack(new("https://hooks.slack.com/services/T/B/X"), null), targets[3].Delivery);
        Assert.Equal(new NotificationDelivery.PagerDuty("R0", null), targets[4].Delivery);
        var mail = Assert.IsType<NotificationDelivery.Smtp>(targets[5].Delivery);
        Assert.Equal(("mail.example:587", MailSecurity.StartTls, new Credentials("u", "p")), (mail.Server.ToString(), mail.Security, mail.Login));
        Assert.Equal(("Holdfast <ha@db.example>", "a@b.example, c@d.example"), (mail.From, string.Join(", ", mail.To)));
    }

    [Fact]
    public void What_a_target_wants_to_know_is_read_and_has_defaults()
    {
        var targets = Configurations.Valid(Configurations.Smallest + """
            notifications:
              chat:
                slack: {url: 'https://hooks.example'}
                min_severity: warning
                scopes: [shop, crm]
                labels: {member: node2}
                escalate_after: 10min
                escalate_to: [pager]
                queue_limit: 5
                timeout: 2.5
                give_up_after: 1d
              pager:
                pagerduty: {routing_key: a, url: 'http://127.0.0.1:1'}
                min_severity: never
              other:
                slack: {url: 'https://hooks.example'}
            """).Notifications;

        Assert.Equal((NotificationSeverity.Warning, TimeSpan.FromMinutes(10)), (targets[0].SeverityMin, targets[0].EscalateAfter));
        Assert.Equal("shop,crm member=node2 pager", $"{string.Join(',', targets[0].Scopes)} {targets[0].Labels[0].Name}={targets[0].Labels[0].Value} {targets[0].EscalateTo.Single()}");
        Assert.Equal((5, TimeSpan.FromSeconds(2.5), TimeSpan.FromDays(1)), (targets[0].QueueMax, targets[0].Timeout, targets[0].GiveUpAfter));
        Assert.Null(targets[1].SeverityMin);
        Assert.Equal((NotificationSeverity.Info, 100, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)), (targets[2].SeverityMin, targets[2].QueueMax, targets[2].Timeout, targets[2].GiveUpAfter));
        Assert.Equal((0, 0, 0, null), (targets[2].Scopes.Length, targets[2].Labels.Length, targets[2].EscalateTo.Length, targets[2].EscalateAfter));
    }

    [Theory]
    [InlineData("starttls", 587)]
    [InlineData("tls", 465)]
    [InlineData("none", 25)]
    public void A_mail_server_has_the_port_of_its_security(string security, int port) =>
        Assert.Equal(port, ((NotificationDelivery.Smtp)Configurations.Valid($"{Configurations.Smallest}notifications: {{m: {{smtp: {{host: a, from: a@b, to: [c@d], security: {security}}}}}}}").Notifications[0].Delivery).Server.Port);

    [Fact]
    public void Without_the_section_nobody_is_told() => Assert.Empty(Configurations.Valid(Configurations.Smallest).Notifications);

    [Theory]
    [InlineData("{chat: }", "6:17: error: notifications.chat: says no way to reach it; write one of webhook, alertmanager, slack, smtp, pagerduty")]
    [InlineData("{chat: {min_severity: info}}", "notifications.chat: says no way to reach it")]
    [InlineData("{chat: [slack]}", "notifications.chat: a list is not a section")]
    [InlineData("{chat: {slak: {url: a}}}", "notifications.chat.slak: is not a known key; did you mean 'slack'?")]
    [InlineData("{chat: {slack: {url: 'http://a'}, pagerduty: {routing_key: b}}}", "notifications.chat: says more than one way to reach it (slack, pagerduty): make each a target of its own")]
    [InlineData("{'a b': {slack: {url: 'http://a'}}}", "'a b' is not a name")]
    [InlineData("{chat: {slack: {}}}", "notifications.chat.slack.url: is missing; write for example 'url: https://hooks.slack.com/services/T000/B000/secret'")]
    [InlineData("{chat: {slack: {url: 'ftp://a/hidden'}}}", "6:37: error: notifications.chat.slack.url: the value (not shown) is not an address such as https://hooks.example/holdfast")]
    [InlineData("{chat: {slack: {url: 'http://u:hidden@a'}}}", "the value (not shown) is not an address")]
    [InlineData("{chat: {slack: {urll: 'http://a'}}}", "notifications.chat.slack.urll: is not a known key; did you mean 'url'?")]
    [InlineData("{chat: {webhook: {url: 'http://a', secret: ''}}}", "notifications.chat.webhook.secret: is empty")]
    [InlineData("{chat: {webhook: {url: 'http://a', secret: [hidden]}}}", "notifications.chat.webhook.secret: the value (not shown) is not a text")]
    [InlineData("{a: {alertmanager: {url: 'http://a', username: b}}}", "notifications.a.alertmanager.username: needs both username and password")]
    [InlineData("{a: {alertmanager: {url: 'http://a', username: b, password: hidden, token: hidden}}}", "notifications.a.alertmanager.token: stands beside a username")]
    [InlineData("{p: {pagerduty: {}}}", "notifications.p.pagerduty.routing_key: is missing")]
    [InlineData("{p: {pagerduty: {routing_key: [hidden]}}}", "notifications.p.pagerduty.routing_key: the value (not shown) is not a text")]
    [InlineData("{m: {smtp: {host: a, from: nobody, to: [c@d]}}}", "notifications.m.smtp.from: 'nobody' is not an address of a mailbox such as dba@ops.example")]
    [InlineData("{m: {smtp: {host: a, from: a@b}}}", "notifications.m.smtp.to: is missing; write for example 'to: [dba@ops.example]'")]
    [InlineData("{m: {smtp: {host: a, from: a@b, to: [c], security: tsl}}}", "notifications.m.smtp.security: 'tsl' is not one of starttls, tls, none; did you mean 'tls'?")]
    [InlineData("{m: {smtp: {host: a, from: a@b, to: [c@d], security: none, username: u, password: hidden}}}", "warning: notifications.m.smtp.security: is none, so the password is sent in the clear")]
    [InlineData("{chat: {slack: {url: 'http://a'}, min_severity: warn}}", "notifications.chat.min_severity: 'warn' is not one of info, warning, critical, never")]
    [InlineData("{chat: {slack: {url: 'http://a'}, escalate_after: 10min}}", "notifications.chat.escalate_to: is missing")]
    [InlineData("{chat: {slack: {url: 'http://a'}, escalate_to: [chat], escalate_after: 1}}", "notifications.chat.escalate_to: 'chat' is not another target of notifications")]
    [InlineData("{chat: {slack: {url: 'http://a'}, escalate_to: [pagr], escalate_after: 1}, pager: {slack: {url: 'http://a'}}}", "'pagr' is not another target of notifications; did you mean 'pager'?")]
    [InlineData("{chat: {slack: {url: 'http://a'}, escalate_to: [b]}, b: {slack: {url: 'http://a'}}}", "notifications.chat.escalate_after: is missing; write for example 'escalate_after: 10min'")]
    [InlineData("{chat: {slack: {url: 'http://a'}, queue_limit: 0}}", "notifications.chat.queue_limit: '0' is not a whole number from 1 to 10000")]
    [InlineData("chat", "notifications: 'chat' is not a section")]
    public void A_mistake_is_named_once_with_its_place_and_shows_no_secret(string section, string words)
    {
        var problems = Configurations.Parse($"{Configurations.Smallest}notifications: {section}").Problems.Select(problem => problem.ToString()).ToArray();

        Assert.Single(problems, problem => problem.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_printed_of_a_target_shows_no_secret()
    {
        var targets = Configurations.Valid(Configurations.Smallest + """
            notifications:
              hook: {webhook: {url: 'https://hooks.example/hidden', secret: hidden}}
              prometheus: {alertmanager: {url: 'http://10.0.0.9:9093', token: hidden}}
              chat: {slack: {url: 'https://hooks.slack.com/hidden'}}
              pager: {pagerduty: {routing_key: hidden}}
              mail: {smtp: {host: a, from: a@b, to: [c@d], username: u, password: hidden}}
            """).Notifications;

        Assert.DoesNotContain("hidden", string.Join('\n', targets), StringComparison.Ordinal);
    }

    [Fact]
    public void The_section_that_the_manual_shows_is_taken_without_a_complaint()
    {
        var page = File.ReadAllText(Path.GetFullPath(Path.Combine(Here(), "..", "..", "docs", "notifications.md")));
        var section = Regex.Match(page, "```yaml\n(notifications:.*?)```", RegexOptions.Singleline).Groups[1].Value;

        var result = Configurations.Parse(Configurations.Smallest + section);

        Assert.Equal([], result.Problems.Select(problem => problem.ToString()));
        Assert.Equal(5, result.Configuration!.Notifications.DistinctBy(target => target.Delivery.GetType()).Count());
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
