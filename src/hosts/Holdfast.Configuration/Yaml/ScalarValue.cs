using System.Text.Json;
using Holdfast.Api.Contracts.Yaml;

namespace Holdfast.Configuration.Yaml;

/// <summary>What type a scalar of the configuration has.</summary>
internal static class ScalarValue
{
    public static bool IsNull(ConfigNode node) =>
        node is ConfigNode.Scalar { IsQuoted: false } scalar && YamlScalar.IsNull(scalar.Text);

    /// <summary>The flag that a plain scalar is; null for anything else.</summary>
    public static bool? Flag(ConfigNode.Scalar scalar) => scalar.IsQuoted ? null : YamlScalar.Flag(scalar.Text);

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
        else if (!scalar.IsQuoted && YamlScalar.TryWholeNumber(scalar.Text, out var whole))
        {
            writer.WriteNumberValue(whole);
        }
        else if (!scalar.IsQuoted && YamlScalar.TryFraction(scalar.Text, out var fraction))
        {
            writer.WriteNumberValue(fraction);
        }
        else
        {
            writer.WriteStringValue(scalar.Text);
        }
    }
}
