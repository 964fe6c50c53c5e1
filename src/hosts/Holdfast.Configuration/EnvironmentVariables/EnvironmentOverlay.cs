using System.Collections.Immutable;
using Holdfast.Configuration.Reading;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.EnvironmentVariables;

/// <summary>Turns the environment into a tree that is laid over the file's.</summary>
internal static class EnvironmentOverlay
{
    private static readonly string[] OtherStores = ["etcd3", "etcd", "consul", "zookeeper", "exhibitor", "kubernetes"];

    // Read by the host before there is a configuration.
    private static readonly string[] OwnNames = ["CONFIGURATION", "CONFIG"];

    public static ConfigNode.Mapping Read(IReadOnlyDictionary<string, string> environment, ProblemList problems)
    {
        var tree = new ConfigNode.Mapping(new("environment", 0, 0), []);
        foreach (var prefix in new[] { EnvironmentVariable.PatroniPrefix, EnvironmentVariable.HoldfastPrefix })
        {
            var named = environment
                .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Value.Length > 0)
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ToList();
            tree = OldNamesFirst(named, prefix)
                .Aggregate(tree, (upper, pair) => upper.OverlaidBy(Tree(pair.Key, prefix, pair.Value, problems)));
        }

        return tree;
    }

    // PATRONI_LOGLEVEL is the older name of PATRONI_LOG_LEVEL, which wins.
    private static IEnumerable<KeyValuePair<string, string>> OldNamesFirst(IEnumerable<KeyValuePair<string, string>> named, string prefix) =>
        named.OrderBy(pair => pair.Key[prefix.Length..] is "LOGLEVEL" or "LOGFORMAT" or "LOG_DATEFMT" ? 0 : 1);

    private static ConfigNode.Mapping Tree(string name, string prefix, string text, ProblemList problems)
    {
        var origin = new Origin($"${name}", 0, 0);
        var suffix = name[prefix.Length..];
        if (EnvironmentVariable.Table.FirstOrDefault(variable => variable.Suffix == suffix) is { } known)
        {
            return Value(known, origin, text, problems) is { } value ? At(known.Path.Split('.'), value, origin) : new(origin, []);
        }

        var store = Array.Find(OtherStores, store => suffix.StartsWith($"{store}_", StringComparison.OrdinalIgnoreCase));
        if (store is not null)
        {
            return At([store, suffix[(store.Length + 1)..].ToLowerInvariant()], new ConfigNode.Scalar(origin, text, false), origin);
        }

        // Patroni's prefix also holds names of users (PATRONI_admin_PASSWORD) and of tools; ours holds only what is in the table.
        if (prefix == EnvironmentVariable.HoldfastPrefix
            && !OwnNames.Contains(suffix)
            && Spelling.Nearest(suffix, EnvironmentVariable.Table.Select(variable => variable.Suffix)) is { } meant)
        {
            problems.Warning(origin, "", $"is not a known variable; did you mean {prefix}{meant}?");
        }

        return new(origin, []);
    }

    private static ConfigNode? Value(EnvironmentVariable variable, Origin origin, string text, ProblemList problems) => variable.Form switch
    {
        EnvironmentForm.List when !text.TrimStart().StartsWith('-') && !text.Contains('[', StringComparison.Ordinal) =>
            new ConfigNode.Sequence(
                origin,
                [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ConfigNode (item) => new ConfigNode.Scalar(origin, item.Trim('\'', '"'), true))]),
        EnvironmentForm.List => Yaml(text, origin, problems),
        EnvironmentForm.Mapping => Yaml(text.TrimStart().StartsWith('{') ? text : $"{{{text}}}", origin, problems),
        _ => new ConfigNode.Scalar(origin, text, false),
    };

    private static ConfigNode? Yaml(string text, Origin origin, ProblemList problems) =>
        YamlSource.ReadNode(text, origin.File, problems);

    private static ConfigNode.Mapping At(ReadOnlySpan<string> path, ConfigNode value, Origin origin) =>
        new(origin, [new(origin, path[0], path.Length == 1 ? value : At(path[1..], value, origin))]);
}
