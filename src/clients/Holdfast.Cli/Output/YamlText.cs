using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts.Yaml;

namespace Holdfast.Cli.Output;

/// <summary>Writes JSON values as YAML the way patronictl does: sorted keys, two spaces, quotes only where they are needed.</summary>
internal static class YamlText
{
    /// <summary>Lines of their own for everything that has parts.</summary>
    public static string Block(JsonNode? node)
    {
        var text = new StringBuilder();
        switch (node)
        {
            case JsonObject { Count: > 0 } mapping:
                AppendMapping(text, mapping, 0, false);
                break;
            case JsonArray { Count: > 0 } sequence:
                AppendSequence(text, sequence, 0);
                break;
            default:
                text.Append(Inline(node)).Append('\n');
                break;
        }

        return text.ToString();
    }

    /// <summary>All on one line.</summary>
    public static string Inline(JsonNode? node) => node switch
    {
        JsonObject mapping => $"{{{string.Join(", ", Sorted(mapping).Select(pair => $"{Scalar(pair.Key)}: {Inline(pair.Value)}"))}}}",
        JsonArray sequence => $"[{string.Join(", ", sequence.Select(Inline))}]",
        null => "null",
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => Scalar(value.GetValue<string>()),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.ToJsonString(),
        },
        _ => "",
    };

    private static void AppendMapping(StringBuilder text, JsonObject mapping, int indent, bool isFirstLineBegun)
    {
        var isBegun = isFirstLineBegun;
        foreach (var (key, value) in Sorted(mapping))
        {
            text.Append(isBegun ? "" : new string(' ', indent)).Append(Scalar(key)).Append(':');
            isBegun = false;
            AppendValue(text, value, indent);
        }
    }

    private static void AppendValue(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } inner:
                text.Append('\n');
                AppendMapping(text, inner, indent + 2, false);
                break;
            case JsonArray { Count: > 0 } inner:
                text.Append('\n');
                AppendSequence(text, inner, indent);
                break;
            default:
                text.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    // A list stands at the column of the key above it.
    private static void AppendSequence(StringBuilder text, JsonArray sequence, int indent)
    {
        foreach (var item in sequence)
        {
            text.Append(' ', indent).Append("- ");
            switch (item)
            {
                case JsonObject { Count: > 0 } inner:
                    AppendMapping(text, inner, indent + 2, true);
                    break;
                default:
                    text.Append(Inline(item)).Append('\n');
                    break;
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Sorted(JsonObject mapping) =>
        mapping.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static string Scalar(string text)
    {
        if (text.Any(char.IsControl))
        {
            return DoubleQuoted(text);
        }

        return NeedsQuotes(text) ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text;
    }

    private static bool NeedsQuotes(string text) =>
        YamlScalar.IsNull(text) || YamlScalar.Flag(text) is not null || YamlScalar.TryWholeNumber(text, out _) || YamlScalar.TryFraction(text, out _)
        || text is "y" or "Y" or "n" or "N" or "=" or "<<" or "-" or "?" or ":"
        || "!&*{}[],#|>@`\"'%".Contains(text[0], StringComparison.Ordinal)
        || text.StartsWith("- ", StringComparison.Ordinal) || text.StartsWith("? ", StringComparison.Ordinal) || text.StartsWith("---", StringComparison.Ordinal)
        || text[0] == ' ' || text[^1] is ' ' or ':'
        || text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal)
        || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static string DoubleQuoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            quoted.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when char.IsControl(letter) => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:X2}"),
                _ => letter.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
