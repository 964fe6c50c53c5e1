using System.Globalization;

namespace Holdfast.Api.Contracts.Yaml;

/// <summary>
/// What type a plain YAML scalar has, by the rules of YAML 1.1 as Patroni reads and writes configurations. A quoted scalar is
/// always a text and does not come here.
/// </summary>
public static class YamlScalar
{
    private static readonly string[] True = ["yes", "true", "on"];
    private static readonly string[] False = ["no", "false", "off"];

    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Null when it is no flag.</summary>
    public static bool? Flag(string text) =>
        True.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
        : False.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
        : null;

    public static bool TryWholeNumber(string text, out long number)
    {
        number = 0;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var negative = plain.StartsWith('-');
        var digits = plain.TrimStart('+', '-');
        if (digits.Length == 0 || digits.Length < plain.Length - 1 || !char.IsAsciiDigit(digits[0]))
        {
            return false;
        }

        var isRead = digits switch
        {
            ['0', 'x', .. var hexadecimal] => long.TryParse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number),
            ['0', _, ..] => TryOctal(digits, out number),
            _ => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number),
        };
        number = negative ? -number : number;
        return isRead;
    }

    public static bool TryFraction(string text, out double number)
    {
        number = 0;
        return text.Contains('.', StringComparison.Ordinal)
            && double.TryParse(
                text.Replace("_", "", StringComparison.Ordinal),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out number)
            && double.IsFinite(number);
    }

    private static bool TryOctal(string digits, out long number)
    {
        number = 0;
        foreach (var digit in digits.StartsWith("0o", StringComparison.Ordinal) ? digits[2..] : digits)
        {
            if (digit is < '0' or > '7' || number > long.MaxValue / 8)
            {
                return false;
            }

            number = (number * 8) + (digit - '0');
        }

        return true;
    }
}
