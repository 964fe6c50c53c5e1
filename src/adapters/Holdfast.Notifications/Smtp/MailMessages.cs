using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Ports.Notifications;
using MimeKit;
using MimeKit.Text;
using MimeKit.Utils;

namespace Holdfast.Notifications.Smtp;

/// <summary>From a notification to a mail. All mails of one key refer to the same thread; one that is sent twice has the same id.</summary>
internal static class MailMessages
{
    private const int KeyLetters = 32;

    public static MimeMessage Of(Notification notification, SmtpOptions options, DateTimeOffset now)
    {
        var message = new MimeMessage { Subject = $"[{Word(notification)}] {notification.Scope}: {notification.Title}", Date = now };
        var sender = MailboxAddress.Parse(options.From);
        message.From.Add(sender);
        message.To.AddRange(options.To.Select(MailboxAddress.Parse));
        var thread = $"{Hash(notification.Key)}@{sender.Domain}";
        message.MessageId = $"{Hash($"{notification.Key} {notification.StartedAt:O} {Word(notification)}")}@{sender.Domain}";
        message.References.Add(thread);
        message.InReplyTo = thread;
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add("X-Holdfast-Key", notification.Key);
        message.Body = new MultipartAlternative { Part(TextFormat.Plain, Plain(notification)), Part(TextFormat.Html, Html(notification)) };
        return message;
    }

    private static TextPart Part(TextFormat format, string text) => new(format) { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };

    private static string Plain(Notification notification)
    {
        var text = new StringBuilder().Append(notification.Text).Append("\n\n");
        foreach (var (name, value) in Facts(notification))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        }

        text.Append('\n');
        foreach (var link in Links(notification))
        {
            text.Append(CultureInfo.InvariantCulture, $"{link.Label}: {link.Url}\n");
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static string Html(Notification notification)
    {
        var html = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<html><body style=\"font-family: sans-serif\"><h3 style=\"border-left: 6px solid {Color(notification)}; padding-left: 8px\">{Safe(notification.Title)}</h3><p>{Safe(notification.Text)}</p><table>");
        foreach (var (name, value) in Facts(notification))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Safe(name)}</td><td>{Safe(value)}</td></tr>");
        }

        html.Append("</table><p>");
        foreach (var link in Links(notification))
        {
            html.Append(CultureInfo.InvariantCulture, $"<a href=\"{Safe(link.Url)}\">{Safe(link.Label)}</a> ");
        }

        return html.Append("</p></body></html>\n").ToString();
    }

    private static IEnumerable<(string Name, string Value)> Facts(Notification notification)
    {
        yield return ("cluster", notification.Scope);
        yield return ("severity", notification.Severity.ToString().ToLowerInvariant());
        yield return ("began", Moment(notification.StartedAt));
        if (notification.EndedAt is { } end)
        {
            yield return ("ended", Moment(end));
        }

        foreach (var (name, value) in notification.Labels.Concat(notification.Annotations))
        {
            yield return (name, value);
        }
    }

    private static IEnumerable<NotificationChoice> Links(Notification notification) =>
        notification.Link is { } link ? notification.Choices.Append(new("Open", link)) : notification.Choices;

    private static string Word(Notification notification) =>
        notification.IsResolved ? "resolved" : notification.Severity.ToString().ToLowerInvariant();

    private static string Color(Notification notification) => notification switch
    {
        { IsResolved: true } => "#2a7d4f",
        { Severity: NotificationSeverity.Critical } => "#c0243c",
        { Severity: NotificationSeverity.Warning } => "#c58a00",
        _ => "#2a6fb0",
    };

    private static string Safe(string text) => WebUtility.HtmlEncode(text).Replace("\n", "<br>", StringComparison.Ordinal);

    private static string Moment(DateTimeOffset moment) => DateUtils.FormatDate(moment.ToUniversalTime());

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..KeyLetters];
}
