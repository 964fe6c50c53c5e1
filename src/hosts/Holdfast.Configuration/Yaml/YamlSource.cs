using System.Collections.Immutable;
using Holdfast.Configuration.Reading;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Configuration.Yaml;

/// <summary>Reads YAML text into a tree of nodes with positions.</summary>
internal static class YamlSource
{
    private const int DepthMax = 32;
    private const int NodesMax = 100_000;

    /// <summary>The document's root mapping, empty for an empty document; null when it is unusable, with the problem reported.</summary>
    public static ConfigNode.Mapping? Read(string text, string file, ProblemList problems)
    {
        var start = new Origin(file, 1, 1);
        return ReadNode(text, file, problems) switch
        {
            null => problems.HasErrorsIn(file) ? null : new ConfigNode.Mapping(start, []),
            ConfigNode.Mapping mapping => mapping,
            var node when ScalarValue.IsNull(node) => new ConfigNode.Mapping(start, []),
            var node => Refuse(node, problems),
        };
    }

    /// <summary>The document's root, whatever it is; null when there is none or it is unusable.</summary>
    public static ConfigNode? ReadNode(string text, string file, ProblemList problems)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(new MergingParser(new Parser(reader)));
            if (stream.Documents.Count == 0)
            {
                return null;
            }

            var budget = NodesMax;
            return Convert(stream.Documents[0].RootNode, file, 0, ref budget);
        }
        catch (YamlException exception)
        {
            var origin = new Origin(file, (int)exception.Start.Line, (int)exception.Start.Column);
            problems.Error(origin, "", $"this is no YAML: {WithoutPosition(exception)}");
            return null;
        }
    }

    private static ConfigNode.Mapping? Refuse(ConfigNode node, ProblemList problems)
    {
        problems.Error(node.Origin, "", "the configuration is expected to be a mapping: lines of 'key: value'");
        return null;
    }

    private static ConfigNode Convert(YamlNode node, string file, int depth, ref int budget)
    {
        if (depth > DepthMax || --budget < 0)
        {
            throw new YamlException(node.Start, node.End, "the document is too deep or too large");
        }

        var origin = new Origin(file, (int)node.Start.Line, (int)node.Start.Column);
        switch (node)
        {
            case YamlMappingNode mapping:
                var entries = ImmutableArray.CreateBuilder<ConfigNode.Entry>(mapping.Children.Count);
                foreach (var (key, value) in mapping.Children)
                {
                    var keyOrigin = new Origin(file, (int)key.Start.Line, (int)key.Start.Column);
                    var keyText = (key as YamlScalarNode)?.Value
                        ?? throw new YamlException(key.Start, key.End, "a key is expected to be a plain word");
                    entries.Add(new(keyOrigin, keyText, Convert(value, file, depth + 1, ref budget)));
                }

                return new ConfigNode.Mapping(origin, entries.ToImmutable());
            case YamlSequenceNode sequence:
                var items = ImmutableArray.CreateBuilder<ConfigNode>(sequence.Children.Count);
                foreach (var item in sequence.Children)
                {
                    items.Add(Convert(item, file, depth + 1, ref budget));
                }

                return new ConfigNode.Sequence(origin, items.ToImmutable());
            case YamlScalarNode scalar:
                return new ConfigNode.Scalar(origin, scalar.Value ?? "", scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any));
            default:
                throw new YamlException(node.Start, node.End, "this kind of node is not understood");
        }
    }

    private static string WithoutPosition(YamlException exception)
    {
        var message = exception.InnerException is { } inner and not YamlException ? inner.Message : exception.Message;
        return message.TrimEnd('.');
    }
}
