using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Slack;

/// <summary>From a notification to a message within Slack's limits (api.slack.com/reference/block-kit/blocks).</summary>
internal static class SlackMessages
{
    private const int SectionLettersMax = 3000;
    private const int ButtonLettersMax = 75;
    private const int ButtonUrlLettersMax = 3000;
    private const int ButtonsMax = 25;
    private const int LabelsMax = 8;

    public static SlackBody Of(Notification notification)
    {
        var headline = $"[{Word(notification)}] {notification.Scope}: {notification.Title}";
        var attachment = new SlackAttachment(Color(notification), headline, Blocks(notification));
        return new(Escape(headline), [attachment]);
    }

    private static ImmutableArray<SlackBlock> Blocks(Notification notification)
    {
        var section = new SlackBlock("section") { Text = Plain(notification.Text, SectionLettersMax) };
        var context = new SlackBlock("context") { Elements = [.. Facts(notification).Select(fact => new SlackElement.PlainText(fact))] };
        ImmutableArray<SlackElement> buttons = [.. Buttons(notification).Take(ButtonsMax)];
        return buttons.IsEmpty ? [section, context] : [section, context, new SlackBlock("actions") { Elements = buttons }];
    }

    private static IEnumerable<string> Facts(Notification notification) =>
        notification.Labels.Where(label => label.Value.Length > 0).Take(LabelsMax).Select(label => $"{label.Key}: {label.Value}")
            .Prepend(notification.EndedAt is { } end ? $"{Moment(notification.StartedAt)} to {Moment(end)}" : $"since {Moment(notification.StartedAt)}");

    private static IEnumerable<SlackElement> Buttons(Notification notification)
    {
        var link = notification.Link is { } url ? [new NotificationChoice("Open", url)] : ImmutableArray<NotificationChoice>.Empty;
        return notification.Choices.Concat(link)
            .Where(choice => choice.Url.Length <= ButtonUrlLettersMax)
            .Select(choice => new SlackElement.Button(Plain(choice.Label, ButtonLettersMax), choice.Url));
    }

    private static SlackText Plain(string text, int lettersMax) =>
        new("plain_text", text.Length <= lettersMax ? text : text[..(lettersMax - 3)] + "...");

    private static string Word(Notification notification) => notification switch
    {
        { IsResolved: true } => "resolved",
        { AcknowledgedBy: { } who } => $"acknowledged by {who}",
        _ => notification.Severity.ToString().ToLowerInvariant(),
    };

    private static string Color(Notification notification) => notification switch
    {
        { IsResolved: true } => "#2eb67d",
        { Severity: NotificationSeverity.Critical } => "#e01e5a",
        { Severity: NotificationSeverity.Warning } => "#ecb22e",
        _ => "#36c5f0",
    };

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>In the headline, which is no plain text, these would begin links and mentions.</summary>
    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
