using Holdfast.Notifications.Http;

namespace Holdfast.Notifications.Webhook;

/// <summary>Where a webhook is, and what its receiver knows the sender by.</summary>
public sealed record WebhookOptions
{
    public required HttpTarget Target { get; init; }

    /// <summary>The key of the signature; null: requests are not signed.</summary>
    public string? Secret { get; init; }

    public override string ToString() => $"{nameof(WebhookOptions)} {Target}";
}
