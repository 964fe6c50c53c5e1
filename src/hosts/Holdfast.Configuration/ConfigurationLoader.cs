using System.Collections.Immutable;
using Holdfast.Configuration.EnvironmentVariables;
using Holdfast.Configuration.Reading;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration;

/// <summary>What a configuration is read for: a command line and a router can do with much less than an agent.</summary>
public enum ConfigurationPurpose
{
    Agent,
    CommandLine,

    /// <summary>Needs a router and a store; an agent's other sections may stand beside them, so that one file serves both.</summary>
    Router,
}

/// <summary>Reads a configuration: Patroni's YAML, with the environment laid over it.</summary>
public static class ConfigurationLoader
{
    private const int FileBytesMax = 4 * 1024 * 1024;

    /// <summary>Reads a file, or every .yml and .yaml file of a directory in the order of their names. Null: the environment alone.</summary>
    public static ConfigurationResult Load(string? path, IReadOnlyDictionary<string, string> environment, ConfigurationPurpose purpose) =>
        Load(path, environment, _ => purpose);

    /// <summary>Reads a file for what it is meant for, as its sections show.</summary>
    public static ConfigurationResult LoadForItsOwnPurpose(string path, IReadOnlyDictionary<string, string> environment) =>
        Load(path, environment, PurposeOf);

    /// <summary>Reads text that came from somewhere named <paramref name="file"/>.</summary>
    public static ConfigurationResult Parse(string text, string file, IReadOnlyDictionary<string, string> environment, ConfigurationPurpose purpose)
    {
        var problems = new ProblemList();
        var root = YamlSource.Read(text, file, problems) ?? new ConfigNode.Mapping(new(file, 0, 0), []);
        return Read(root, environment, purpose, problems);
    }

    private static ConfigurationPurpose PurposeOf(ConfigNode.Mapping root) =>
        root.Find("router") is not null && root.Find("postgresql") is null && root.Find("mysql") is null ? ConfigurationPurpose.Router : ConfigurationPurpose.Agent;

    private static ConfigurationResult Load(
        string? path, IReadOnlyDictionary<string, string> environment, Func<ConfigNode.Mapping, ConfigurationPurpose> purposeOf)
    {
        var problems = new ProblemList();
        var root = new ConfigNode.Mapping(new(path ?? "environment", 0, 0), []);
        foreach (var (file, text) in ReadFiles(path, problems))
        {
            if (YamlSource.Read(text, file, problems) is { } mapping)
            {
                root = root.OverlaidBy(mapping) with { Origin = mapping.Origin };
            }
        }

        return Read(root, environment, purposeOf(root), problems);
    }

    private static ConfigurationResult Read(
        ConfigNode.Mapping root, IReadOnlyDictionary<string, string> environment, ConfigurationPurpose purpose, ProblemList problems)
    {
        if (problems.HasErrors)
        {
            // A file that could not be parsed says nothing; what it leaves open would only look missing.
            return new(null, problems.ToImmutable());
        }

        var underlaid = purpose == ConfigurationPurpose.Agent ? OpenTelemetryVariables.Under(root, environment) : root;
        var overlaid = underlaid.OverlaidBy(EnvironmentOverlay.Read(environment, problems));
        var configuration = RootReader.Read(new Section("", overlaid, root.Origin, problems), purpose);
        return new(problems.HasErrors ? null : configuration, problems.ToImmutable());
    }

    private static IEnumerable<(string File, string Text)> ReadFiles(string? path, ProblemList problems)
    {
        if (path is null)
        {
            yield break;
        }

        ImmutableArray<string> files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".yml" or ".yaml").Order(StringComparer.Ordinal)]
            : [path];
        foreach (var file in files)
        {
            if (ReadFile(file, problems) is { } text)
            {
                yield return (file, text);
            }
        }
    }

    private static string? ReadFile(string file, ProblemList problems)
    {
        try
        {
            if (new FileInfo(file).Length > FileBytesMax)
            {
                problems.Error(new(file, 0, 0), "", "the file is too large to be a configuration");
                return null;
            }

            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error(new(file, 0, 0), "", $"the file cannot be read: {exception.Message}");
            return null;
        }
    }
}
