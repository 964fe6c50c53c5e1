using System.Text.Json.Nodes;
using Holdfast.Api.Contracts.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Output;

/// <summary>Reads YAML that an operator wrote as the JSON that the interface takes.</summary>
internal static class YamlDocument
{
    private const int DepthMax = 32;

    /// <exception cref="CommandFailedException">It is no YAML.</exception>
    public static JsonNode? Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(new MergingParser(new Parser(reader)));
            return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, 0);
        }
        catch (YamlException exception)
        {
            throw new CommandFailedException($"This is no YAML (line {exception.Start.Line}, column {exception.Start.Column}): {exception.Message}");
        }
    }

    /// <exception cref="CommandFailedException">It is no YAML, or no mapping.</exception>
    public static JsonObject ReadMapping(string text) =>
        Read(text) as JsonObject ?? throw new CommandFailedException("A YAML mapping is expected: lines of 'key: value'");

    private static JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > DepthMax)
        {
            throw new CommandFailedException("The YAML is nested too deeply");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var properties = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    properties[(key as YamlScalarNode)?.Value ?? throw new CommandFailedException("A key is expected to be a plain word")] = Convert(value, depth + 1);
                }

                return properties;
            case YamlSequenceNode sequence:
                var items = new JsonArray();
                foreach (var item in sequence.Children)
                {
                    items.Add(Convert(item, depth + 1));
                }

                return items;
            default:
                return Scalar((YamlScalarNode)node);
        }
    }

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any))
        {
            return JsonValue.Create(text);
        }

        return YamlScalar.IsNull(text) ? null
            : YamlScalar.Flag(text) is { } flag ? JsonValue.Create(flag)
            : YamlScalar.TryWholeNumber(text, out var whole) ? JsonValue.Create(whole)
            : YamlScalar.TryFraction(text, out var fraction) ? JsonValue.Create(fraction)
            : JsonValue.Create(text);
    }
}
