using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Cli.Output;

internal enum OutputFormat
{
    Pretty,
    Topology,
    Json,
    Yaml,
    Tsv,
}

/// <summary>Rows of values, printed in any of the formats.</summary>
/// <param name="Title">Shown in the table's top rule; empty for none.</param>
/// <param name="Columns">The headings in pretty tables.</param>
/// <param name="Keys">The names in the other formats.</param>
/// <param name="Rows">JSON values; null for none.</param>
internal sealed record Table(string Title, IReadOnlyList<Column> Columns, IReadOnlyList<string> Keys, IReadOnlyList<IReadOnlyList<JsonNode?>> Rows)
{
    /// <summary>In the machine formats, columns without a value are left out of a row.</summary>
    public bool OmitsEmpty { get; init; } = true;

    public string In(OutputFormat format) => format switch
    {
        OutputFormat.Json => $"{JsonLine.Of(Elements())}\n",
        OutputFormat.Yaml => YamlText.Block(Elements()),
        OutputFormat.Tsv => string.Concat(new[] { Keys }.Concat(Rows.Select(row => row.Select(cell => Cell(cell, false)).ToList())).Select(row => $"{string.Join('\t', row)}\n")),
        _ => PrettyTable.Draw(Title, Columns, [.. Rows.Select(row => row.Select(cell => Cell(cell, format == OutputFormat.Pretty)).ToList())]),
    };

    private JsonArray Elements()
    {
        var elements = new JsonArray();
        foreach (var row in Rows)
        {
            var element = new JsonObject();
            foreach (var (key, cell) in Keys.Zip(row).Where(pair => !OmitsEmpty || !IsEmpty(pair.Second)))
            {
                element[key] = cell?.DeepClone();
            }

            elements.Add((JsonNode)element);
        }

        return elements;
    }

    private static bool IsEmpty(JsonNode? cell) => cell is null || (cell is JsonValue && Cell(cell, false).Length == 0);

    private static string Cell(JsonNode? cell, bool mayBeTall) => cell switch
    {
        null => "",
        JsonObject or JsonArray => (mayBeTall ? YamlText.Block(cell) : YamlText.Inline(cell)).Trim(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => cell.ToJsonString(),
    };
}

/// <summary>Writes JSON on one line with Python's spaces, as patronictl prints it.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode? node) => node switch
    {
        JsonObject mapping => $"{{{string.Join(", ", mapping.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{Of(JsonValue.Create(pair.Key))}: {Of(pair.Value)}")))}}}",
        JsonArray sequence => $"[{string.Join(", ", sequence.Select(Of))}]",
        null => "null",
        _ => Compact(node),
    };

    public static string Compact(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Written))
        {
            node.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
