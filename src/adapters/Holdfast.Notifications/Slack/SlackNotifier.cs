using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Notifications.Http;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Slack;

/// <summary>Posts to an incoming webhook of Slack, or of a chat that takes the same. Its address is the right to post.</summary>
public sealed class SlackNotifier(string name, HttpTarget webhook, TimeProvider time) : INotifier
{
    private readonly HttpDelivery http = new(webhook, time);

    public string Name => name;

    public TimeSpan? RepeatInterval => null;

    public bool TakesAcknowledgements => true;

    public Task NotifyAsync(Notification notification, CancellationToken cancellationToken) =>
        http.PostAsync(JsonSerializer.SerializeToUtf8Bytes(SlackMessages.Of(notification), SlackJson.Default.SlackBody), [], cancellationToken);

    public void Dispose() => http.Dispose();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SlackBody))]
internal sealed partial class SlackJson : JsonSerializerContext;
