using System.Globalization;
using System.Text.Json;

namespace Holdfast.Configuration.Yaml;

/// <summary>What type a YAML scalar has. The rules are those of YAML 1.1, as Patroni reads its files.</summary>
internal static class ScalarValue
{
    private static readonly string[] True = ["y", "yes", "true", "on"];
    private static readonly string[] False = ["n", "no", "false", "off"];

    public static bool IsNull(ConfigNode node) =>
        node is ConfigNode.Scalar { IsQuoted: false, Text: "" or "~" or "null" or "Null" or "NULL" };

    /// <summary>The flag that a plain scalar is; null for anything else, one-letter words included.</summary>
    public static bool? Flag(ConfigNode.Scalar scalar)
    {
        if (scalar.IsQuoted || scalar.Text.Length < 2)
        {
            return null;
        }

        return True.Contains(scalar.Text, StringComparer.OrdinalIgnoreCase) ? true
            : False.Contains(scalar.Text, StringComparer.OrdinalIgnoreCase) ? false
            : null;
    }

    public static bool TryWholeNumber(ConfigNode.Scalar scalar, out long number)
    {
        number = 0;
        if (scalar.IsQuoted)
        {
            return false;
        }

        var text = scalar.Text.Replace("_", "", StringComparison.Ordinal);
        var negative = text.StartsWith('-');
        var digits = text.TrimStart('+', '-');
        if (digits.Length == 0 || digits.Length < text.Length - 1 || !char.IsAsciiDigit(digits[0]))
        {
            return false;
        }

        var read = digits switch
        {
            ['0', 'x', .. var hexadecimal] => long.TryParse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number),
            ['0', _, ..] => TryOctal(digits, out number),
            _ => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number),
        };
        number = negative ? -number : number;
        return read;
    }

    public static bool TryFraction(ConfigNode.Scalar scalar, out double number)
    {
        number = 0;
        return !scalar.IsQuoted
            && scalar.Text.Contains('.', StringComparison.Ordinal)
            && double.TryParse(
                scalar.Text.Replace("_", "", StringComparison.Ordinal),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out number)
            && double.IsFinite(number);
    }

    /// <summary>Writes a node as JSON, each scalar with its YAML type.</summary>
    public static void WriteJson(Utf8JsonWriter writer, ConfigNode node)
    {
        switch (node)
        {
            case ConfigNode.Mapping mapping:
                writer.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    WriteJson(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case ConfigNode.Sequence sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Items)
                {
                    WriteJson(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ConfigNode.Scalar scalar:
                WriteJson(writer, scalar);
                break;
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, ConfigNode.Scalar scalar)
    {
        if (IsNull(scalar))
        {
            writer.WriteNullValue();
        }
        else if (Flag(scalar) is { } flag)
        {
            writer.WriteBooleanValue(flag);
        }
        else if (TryWholeNumber(scalar, out var whole))
        {
            writer.WriteNumberValue(whole);
        }
        else if (TryFraction(scalar, out var fraction))
        {
            writer.WriteNumberValue(fraction);
        }
        else
        {
            writer.WriteStringValue(scalar.Text);
        }
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
