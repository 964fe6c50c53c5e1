using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Api.Serving;

/// <summary>One answer before it is written.</summary>
internal sealed record Reply(int Status, ReadOnlyMemory<byte> Body, string ContentType)
{
    public const string JsonType = "application/json";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static Reply Empty(int status) => new(status, ReadOnlyMemory<byte>.Empty, "");

    /// <summary>Patroni answers plain words as text/html; its tools do not look, but some compare.</summary>
    public static Reply Words(int status, string words) => new(status, Encoding.UTF8.GetBytes(words), "text/html");

    public static Reply Json<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, PythonSpacing.Apply(JsonSerializer.SerializeToUtf8Bytes(value, type)), JsonType);

    public static Reply RawJson(int status, string json) =>
        new(status, PythonSpacing.Apply(Encoding.UTF8.GetBytes(json)), JsonType);
}
