namespace Holdfast.Demo.Cluster;

/// <summary>Writes text so that YAML reads the same text.</summary>
public static class YamlText
{
    /// <summary>In single quotes nothing but the quote itself has a meaning.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
