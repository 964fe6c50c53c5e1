using System.Security.Cryptography;
using System.Text;
using Holdfast.Configuration;
using Holdfast.Notifications.Alertmanager;
using Holdfast.Notifications.Center;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.PagerDuty;
using Holdfast.Notifications.Slack;
using Holdfast.Notifications.Smtp;
using Holdfast.Notifications.Webhook;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>From the section <c>notifications</c> to a center that tells its targets.</summary>
internal static class NotificationParts
{
    private const int JitterSteps = 1 << 20;

    /// <exception cref="StartRefusedException">A file of authorities cannot be used.</exception>
    public static NotificationCenter CreateCenter(HoldfastConfiguration configuration, ILoggerFactory loggers) =>
        new([.. configuration.Notifications.Select(Target)], Jitter, HostClock.Time, loggers.CreateLogger<NotificationCenter>());

    private static double Jitter() => RandomNumberGenerator.GetInt32(JitterSteps) / (double)JitterSteps;

    private static NotificationTarget Target(NotificationTargetConfiguration target) => new()
    {
        Notifier = Notifier(target),
        SeverityMin = target.SeverityMin,
        Scopes = target.Scopes,
        Labels = [.. target.Labels.Select(label => KeyValuePair.Create(label.Name, label.Value))],
        EscalateAfter = target.EscalateAfter,
        EscalateTo = target.EscalateTo,
        Approver = target.Approver,
        QueueMax = target.QueueMax,
        AttemptTimeout = target.Timeout,
        GiveUpAfter = target.GiveUpAfter,
    };

    private static INotifier Notifier(NotificationTargetConfiguration target)
    {
        try
        {
            return Notifier(target.Name, target.Delivery);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartRefusedException($"notifications.{target.Name}: the authorities' file (cafile) cannot be used: {exception.Message}", exception);
        }
    }

    private static INotifier Notifier(string name, NotificationDelivery delivery) => delivery switch
    {
        NotificationDelivery.Webhook webhook =>
            new WebhookNotifier(name, new WebhookOptions { Target = Http(webhook.Url, webhook.CaFile), Secret = webhook.Secret }, HostClock.Time),
        NotificationDelivery.Alertmanager server =>
            new AlertmanagerNotifier(name, Http(server.Url, server.CaFile) with { Authorization = Authorization(server) }, HostClock.Time),
        NotificationDelivery.Slack slack =>
            new SlackNotifier(name, Http(slack.Url, slack.CaFile), HostClock.Time),
        NotificationDelivery.PagerDuty pager =>
            new PagerDutyNotifier(name, new PagerDutyOptions { RoutingKey = pager.RoutingKey, Target = Http(pager.Url ?? PagerDutyOptions.UrlDefault, null) }, HostClock.Time),
        NotificationDelivery.Smtp mail =>
            new SmtpNotifier(name, Mail(mail), HostClock.Time),
        _ => throw new InvalidOperationException($"{delivery} is no way to reach a target"),
    };

    private static HttpTarget Http(Uri url, string? authorities) => new() { Url = url, CaFile = authorities };

    private static string? Authorization(NotificationDelivery.Alertmanager server) => server switch
    {
        { Token: { } token } => $"Bearer {token}",
        { Login: { } login } => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}"))}",
        _ => null,
    };

    private static SmtpOptions Mail(NotificationDelivery.Smtp mail) => new()
    {
        Host = mail.Server.Host,
        Port = mail.Server.Port,
        Security = mail.Security switch
        {
            MailSecurity.StartTls => SmtpSecurity.StartTls,
            MailSecurity.Tls => SmtpSecurity.Tls,
            _ => SmtpSecurity.None,
        },
        CaFile = mail.CaFile,
        Username = mail.Login?.Username,
        Password = mail.Login?.Password,
        From = mail.From,
        To = mail.To,
    };
}
