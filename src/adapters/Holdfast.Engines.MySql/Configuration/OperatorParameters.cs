using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Holdfast.Engines.MySql.Configuration;

/// <summary>What the operator says of the server's variables, in the member's file and in the cluster's dynamic configuration.</summary>
internal static class OperatorParameters
{
    private const string Suffixes = "KMGTPE";

    /// <summary><c>mysql.parameters</c> of a dynamic configuration, by the names as they are written there.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static ImmutableSortedDictionary<string, string> OfCluster(string json)
    {
        using var document = JsonDocument.Parse(json);
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (Member(Member(document.RootElement, "mysql"), "parameters") is { ValueKind: JsonValueKind.Object } section)
        {
            foreach (var property in section.EnumerateObject())
            {
                if (Text(property.Value) is { } text)
                {
                    values[property.Name] = text;
                }
            }
        }

        return values.ToImmutable();
    }

    /// <summary>Both by the names that MySQL shows; the member's own word counts for more than the cluster's.</summary>
    public static ImmutableSortedDictionary<string, string> Merge(IReadOnlyDictionary<string, string> cluster, IReadOnlyDictionary<string, string> own)
    {
        var merged = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in cluster.Concat(own))
        {
            merged[ServerVariables.Plain(name)] = value;
        }

        return merged.ToImmutable();
    }

    /// <summary>A value of my.cnf as SET takes it: a number without a suffix, anything else quoted (MySQL Reference Manual, "SET Syntax for Variable Assignment").</summary>
    public static string Literal(string value)
    {
        var bare = Unquoted(value.Trim());
        if (decimal.TryParse(bare, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
        {
            return bare;
        }

        return bare.Length > 1
            && Suffixes.IndexOf(char.ToUpperInvariant(bare[^1]), StringComparison.Ordinal) is >= 0 and var power
            && ulong.TryParse(bare[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (UInt128)number << (10 * (power + 1)) is var bytes
            && bytes <= ulong.MaxValue
                ? bytes.ToString(CultureInfo.InvariantCulture)
                : Observation.Sql.Quoted(bare);
    }

    private static string Unquoted(string value) => value is ['"' or '\'', .., var last] && last == value[0] ? value[1..^1] : value;

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } present && present.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "ON",
        JsonValueKind.False => "OFF",
        _ => null,
    };
}
