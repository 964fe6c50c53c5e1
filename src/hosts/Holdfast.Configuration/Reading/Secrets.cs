using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.Reading;

/// <summary>Which settings are secrets, and how a value is named in a message without giving one away.</summary>
internal static class Secrets
{
    private const int TextLengthMax = 60;

    public static bool IsSecret(string key) =>
        key.Contains("password", StringComparison.OrdinalIgnoreCase)
        || key.Contains("passwd", StringComparison.OrdinalIgnoreCase)
        || key.Contains("token", StringComparison.OrdinalIgnoreCase)
        || key.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || key.Contains("authentication", StringComparison.OrdinalIgnoreCase);

    public static string Describe(string key, ConfigNode value) => value switch
    {
        _ when IsSecret(key) => "the value (not shown)",
        ConfigNode.Mapping => "a section",
        ConfigNode.Sequence => "a list",
        ConfigNode.Scalar scalar when scalar.Text.Length > TextLengthMax => $"'{scalar.Text[..TextLengthMax]}...'",
        ConfigNode.Scalar scalar => $"'{scalar.Text}'",
        _ => "the value",
    };
}
