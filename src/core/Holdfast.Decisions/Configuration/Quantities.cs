using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Decisions.Configuration;

/// <summary>Amounts as operators write them: <c>30</c>, <c>"30s"</c>, <c>5min</c>, <c>10MB</c>.</summary>
public static class Quantities
{
    public static readonly Kind Plain = new("a whole number", ImmutableDictionary<string, decimal>.Empty);

    public static readonly Kind Seconds = new("a number of seconds", Units(("us", 0.000001m), ("ms", 0.001m), ("s", 1), ("min", 60), ("h", 3600), ("d", 86400)));

    public static readonly Kind Bytes = new(
        "a number of bytes",
        Units(("B", 1), ("kB", 1024), ("MB", 1024 * 1024), ("GB", 1024 * 1024 * 1024), ("TB", 1024m * 1024 * 1024 * 1024)));

    /// <summary>What one unit counts, and how a message names what is expected.</summary>
    public sealed record Kind(string Expected, ImmutableDictionary<string, decimal> Factors);

    /// <summary>Reads an amount, rounded to whole units of its kind.</summary>
    public static bool TryParse(string text, Kind kind, out long amount)
    {
        var isAmount = TryParseExact(text, kind, out var exact);
        amount = (long)Math.Round(exact, MidpointRounding.AwayFromZero);
        return isAmount;
    }

    /// <summary>Reads an amount with its fraction.</summary>
    public static bool TryParseExact(string text, Kind kind, out decimal amount)
    {
        amount = 0;
        var trimmed = text.AsSpan().Trim();
        var unitStart = trimmed.Length;
        while (unitStart > 0 && char.IsAsciiLetter(trimmed[unitStart - 1]))
        {
            unitStart--;
        }

        var unit = trimmed[unitStart..].ToString();
        var factor = 1m;
        if (unit.Length > 0 && !kind.Factors.TryGetValue(unit, out factor))
        {
            return false;
        }

        if (!decimal.TryParse(trimmed[..unitStart].TrimEnd(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > long.MaxValue / (factor < 1 ? 1 : factor))
        {
            return false;
        }

        amount = number * factor;
        return true;
    }

    /// <summary>Reads a flag in any of the words that YAML, PostgreSQL and Patroni know; null when it is none.</summary>
    public static bool? ParseFlag(string text) => text.Trim().ToLowerInvariant() switch
    {
        "true" or "on" or "yes" or "1" => true,
        "false" or "off" or "no" or "0" => false,
        _ => null,
    };

    private static ImmutableDictionary<string, decimal> Units(params (string Unit, decimal Factor)[] units) =>
        units.ToImmutableDictionary(unit => unit.Unit, unit => unit.Factor, StringComparer.Ordinal);
}
