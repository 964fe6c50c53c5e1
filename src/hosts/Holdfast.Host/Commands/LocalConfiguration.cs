using System.Collections;
using Holdfast.Configuration;

namespace Holdfast.Host.Commands;

/// <summary>Reads the configuration and tells people what is wrong with it.</summary>
internal static class LocalConfiguration
{
    public static ConfigurationResult Load(string? path, ConfigurationPurpose purpose) =>
        ConfigurationLoader.Load(path, EnvironmentVariables(), purpose);

    public static ConfigurationResult LoadForItsOwnPurpose(string path) =>
        ConfigurationLoader.LoadForItsOwnPurpose(path, EnvironmentVariables());

    /// <summary>Prints every problem, and answers the configuration when none of them is an error.</summary>
    public static HoldfastConfiguration? LoadOrExplain(string? path, ConfigurationPurpose purpose)
    {
        var result = Load(path, purpose);
        foreach (var problem in result.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        return result.Configuration;
    }

    private static Dictionary<string, string> EnvironmentVariables() =>
        Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
}
