using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.Reading;

/// <summary>Which settings are secrets, and how a value is named in a message without giving one away.</summary>
internal static class Secrets
{
    private const int TextLengthMax = 60;

    private static readonly string[] Words = ["password", "passwd", "token", "secret", "authentication", "routing_key"];

    /// <summary>Whatever stands in a section of credentials counts as one: it may have slipped in from the line below.</summary>
    public static bool IsSecret(string path) =>
        Words.Any(word => path.Contains(word, StringComparison.OrdinalIgnoreCase)) || IsHook(path) || path.StartsWith("telemetry.otlp.headers", StringComparison.Ordinal);

    /// <summary>What stands before the @ of an address is left out.</summary>
    public static string WithoutPassword(string address) =>
        address.LastIndexOf('@') is var end and >= 0 ? $"...{address[end..]}" : address;

    public static string Describe(string path, ConfigNode value) => value switch
    {
        _ when IsSecret(path) => "the value (not shown)",
        ConfigNode.Mapping => "a section",
        ConfigNode.Sequence => "a list",
        ConfigNode.Scalar scalar when scalar.Text.Length > TextLengthMax => $"'{scalar.Text[..TextLengthMax]}...'",
        ConfigNode.Scalar scalar => $"'{scalar.Text}'",
        _ => "the value",
    };

    /// <summary>Whoever knows the address of a hook may post to it.</summary>
    private static bool IsHook(string path) =>
        path.StartsWith("notifications.", StringComparison.Ordinal) && path.EndsWith(".url", StringComparison.Ordinal);
}
