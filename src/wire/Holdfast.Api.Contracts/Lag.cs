using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Api.Contracts;

/// <summary>How many bytes a member is behind; Patroni writes a number, or the word <c>unknown</c>.</summary>
/// <param name="Bytes">Null when it is unknown.</param>
[JsonConverter(typeof(LagConverter))]
public sealed record Lag(long? Bytes)
{
    public const string UnknownWord = "unknown";

    public static readonly Lag Unknown = new((long?)null);
}

/// <summary>Reads and writes a lag.</summary>
public sealed class LagConverter : JsonConverter<Lag>
{
    public override Lag Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var bytes))
        {
            return new(bytes);
        }

        reader.Skip();
        return Lag.Unknown;
    }

    public override void Write(Utf8JsonWriter writer, Lag value, JsonSerializerOptions options)
    {
        if (value.Bytes is { } bytes)
        {
            writer.WriteNumberValue(bytes);
        }
        else
        {
            writer.WriteStringValue(Lag.UnknownWord);
        }
    }
}
