using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Notifications.Http;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Webhook;

/// <summary>
/// Posts a notification as JSON, signed so that the receiver can tell that it comes from here and how old it is:
/// the hexadecimal HMAC-SHA256 of the timestamp, a dot and the body.
/// </summary>
public sealed class WebhookNotifier(string name, WebhookOptions options, TimeProvider time) : INotifier
{
    public const string TimestampHeader = "X-Holdfast-Timestamp";

    public const string SignatureHeader = "X-Holdfast-Signature";

    private readonly HttpDelivery http = new(options.Target, time);

    public string Name => name;

    public TimeSpan? RepeatInterval => null;

    public bool TakesAcknowledgements => true;

    public Task NotifyAsync(Notification notification, CancellationToken cancellationToken)
    {
        var body = WebhookBody.Write(notification);
        return http.PostAsync(body, Signature(body), cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private ImmutableArray<KeyValuePair<string, string>> Signature(byte[] body)
    {
        if (options.Secret is not { } secret)
        {
            return [];
        }

        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        return [new(TimestampHeader, timestamp), new(SignatureHeader, $"sha256={signature}")];
    }
}
