using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Holdfast.Api.Serving;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Operations;

/// <summary>A request's body: a JSON object, or the reason why it is none.</summary>
internal sealed record RequestBody(JsonElement Object, Reply? Refusal)
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    public static readonly RequestBody Empty = new(Nothing, null);

    private static readonly JsonDocumentOptions Strictness = new() { MaxDepth = 64 };

    /// <summary>The server's own limits on size and time hold here; they throw and are answered at the edge.</summary>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, bool mayBeAbsent, CancellationToken cancellationToken)
    {
        if (request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return mayBeAbsent ? Empty : new(Nothing, Reply.Words(StatusCodes.Status411LengthRequired, "a body with its length is needed"));
        }

        var text = await ReadAllAsync(request.BodyReader, cancellationToken);
        if (text.Length == 0 && mayBeAbsent)
        {
            return Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(text, Strictness);
            var isUsable = document.RootElement.ValueKind == JsonValueKind.Object && (mayBeAbsent || document.RootElement.EnumerateObject().Any());
            return isUsable ? new(document.RootElement.Clone(), null) : Refuse("a JSON object that is not empty is expected");
        }
        catch (JsonException exception)
        {
            return Refuse($"the body is no JSON: {exception.Message}");
        }
    }

    /// <summary>The member's text; null when it is absent, null or empty. Numbers and flags count as their text.</summary>
    public string? Text(string name) =>
        !Object.TryGetProperty(name, out var found) ? null : found.ValueKind switch
        {
            JsonValueKind.String => found.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => found.GetRawText(),
        };

    private static RequestBody Refuse(string words) => new(Nothing, Reply.Words(StatusCodes.Status400BadRequest, words));

    private static async Task<byte[]> ReadAllAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                var whole = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return whole;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
