using Holdfast.Notifications.Http;

namespace Holdfast.Notifications.PagerDuty;

/// <summary>An integration of the kind Events API v2.</summary>
public sealed record PagerDutyOptions
{
    /// <summary>Where events go when nothing else is said.</summary>
    public static readonly Uri UrlDefault = new("https://events.pagerduty.com/v2/enqueue");

    /// <summary>The integration's key, a secret.</summary>
    public required string RoutingKey { get; init; }

    public HttpTarget Target { get; init; } = new() { Url = UrlDefault };

    public override string ToString() => $"{nameof(PagerDutyOptions)} {Target}";
}
