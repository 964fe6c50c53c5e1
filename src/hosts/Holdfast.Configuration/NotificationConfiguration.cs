using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Configuration;

/// <summary>One target of the section <c>notifications</c>.</summary>
public sealed record NotificationTargetConfiguration
{
    public required string Name { get; init; }

    public required NotificationDelivery Delivery { get; init; }

    /// <summary>Null: nothing is told here but what is escalated to it.</summary>
    public NotificationSeverity? SeverityMin { get; init; } = NotificationSeverity.Info;

    /// <summary>Empty: every cluster.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>Labels that a notification must have.</summary>
    public ImmutableArray<NamedValue> Labels { get; init; } = [];

    /// <summary>Null: nothing is escalated from here.</summary>
    public TimeSpan? EscalateAfter { get; init; }

    public ImmutableArray<string> EscalateTo { get; init; } = [];

    /// <summary>Who answers by the links that are told here; null: none are.</summary>
    public string? Approver { get; init; }

    public int QueueMax { get; init; } = 100;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>The closed set of ways to reach a target.</summary>
public abstract record NotificationDelivery
{
    private NotificationDelivery()
    {
    }

    public sealed record Webhook(Uri Url, string? CaFile, string? Secret) : NotificationDelivery
    {
        public override string ToString() => $"webhook at {Url.Authority}";
    }

    /// <param name="Url">The server's address, without the path of its API.</param>
    /// <param name="CaFile">Whose servers are trusted; null: the system's authorities.</param>
    /// <param name="Login">Null where a token is used, or nothing.</param>
    /// <param name="Token">A bearer token.</param>
    public sealed record Alertmanager(Uri Url, string? CaFile, Credentials? Login, string? Token) : NotificationDelivery
    {
        public override string ToString() => $"Alertmanager at {Url.Authority}";
    }

    public sealed record Slack(Uri Url, string? CaFile) : NotificationDelivery
    {
        public override string ToString() => $"Slack at {Url.Authority}";
    }

    /// <param name="RoutingKey">The integration's key.</param>
    /// <param name="Url">Null: PagerDuty's own.</param>
    public sealed record PagerDuty(string RoutingKey, Uri? Url) : NotificationDelivery
    {
        public override string ToString() => "PagerDuty";
    }

    public sealed record Smtp : NotificationDelivery
    {
        public required HostPort Server { get; init; }

        public required MailSecurity Security { get; init; }

        public string? CaFile { get; init; }

        public Credentials? Login { get; init; }

        public required string From { get; init; }

        public required ImmutableArray<string> To { get; init; }

        public override string ToString() => $"mail by {Server}";
    }
}

public enum MailSecurity
{
    StartTls,
    Tls,
    None,
}
