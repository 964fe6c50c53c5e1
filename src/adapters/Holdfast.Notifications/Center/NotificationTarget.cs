using System.Collections.Immutable;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Center;

/// <summary>One target, and what is told to it.</summary>
public sealed record NotificationTarget
{
    /// <summary>The center disposes of it.</summary>
    public required INotifier Notifier { get; init; }

    /// <summary>Null: nothing is told here but what is escalated to it.</summary>
    public NotificationSeverity? SeverityMin { get; init; } = NotificationSeverity.Info;

    /// <summary>Empty: every cluster.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>Labels that a notification must have, with these values.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Null: nothing is escalated from here.</summary>
    public TimeSpan? EscalateAfter { get; init; }

    /// <summary>The names of the targets that are told as well.</summary>
    public ImmutableArray<string> EscalateTo { get; init; } = [];

    /// <summary>The person who answers by links that are told here; null: none are.</summary>
    public string? Approver { get; init; }

    public int QueueMax { get; init; } = 100;

    /// <summary>How many firing notifications are remembered as told.</summary>
    public int FiringMax { get; init; } = 1000;

    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A notification that has waited for so long is given up when it cannot be delivered once more.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(1);

    public string Name => Notifier.Name;

    /// <summary>With the links, if this target speaks for a person.</summary>
    internal Notification Asking(Notification notification) => notification is { Question: { } question, IsResolved: false } && Approver is { } approver
        ? notification with { Choices = [LinkOf(question, approver, true), LinkOf(question, approver, false)] }
        : notification;

    private static NotificationChoice LinkOf(NotificationQuestion question, string approver, bool isApproval) =>
        new(isApproval ? "Approve" : "Reject", new Uri(question.Url, ApprovalLinks.PathOf(question.Key, question.Id, approver, isApproval)).AbsoluteUri);

    internal bool Wants(Notification notification) =>
        notification.Severity >= SeverityMin
        && (Scopes.IsEmpty || Scopes.Contains(notification.Scope))
        && Labels.All(label => notification.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
