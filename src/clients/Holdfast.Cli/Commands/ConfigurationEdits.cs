using System.Text.Json.Nodes;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>The changes that <c>edit-config</c> makes to a configuration before it is sent.</summary>
internal static class ConfigurationEdits
{
    private static readonly string[] Engines = ["postgresql", "mysql"];

    /// <summary>Null removes an existing key; objects merge; an object under an absent key is taken as given.</summary>
    public static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(key);
                    break;
                case JsonObject inner when target[key] is JsonObject existing:
                    Merge(existing, inner);
                    break;
                case JsonValue when target[key] is JsonValue existing && existing.ToString() == value.ToString():
                    break;
                default:
                    target[key] = value.DeepClone();
                    break;
            }
        }
    }

    /// <summary>Sets a dotted key to a YAML value; null, or nothing, removes it, and with it what becomes empty.</summary>
    public static void Set(JsonObject target, string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new CommandFailedException($"Invalid parameter setting {pair}");
        }

        Set(target, pair[..equals].Trim().Split('.'), YamlDocument.Read(pair[(equals + 1)..]), []);
    }

    private static void Set(JsonObject target, string[] path, JsonNode? value, string[] prefix)
    {
        // The names of server settings may have dots of their own.
        var keys = prefix is [var engine, "parameters"] && Engines.Contains(engine) ? [string.Join('.', path)] : path;
        var key = keys[0];
        if (keys.Length > 1)
        {
            var inner = target[key] as JsonObject ?? [];
            target[key] ??= inner;
            if (target[key] != inner)
            {
                target[key] = inner;
            }

            Set(inner, keys[1..], value, [.. prefix, key]);
            if (inner.Count == 0)
            {
                target.Remove(key);
            }
        }
        else if (value is null)
        {
            target.Remove(key);
        }
        else
        {
            target[key] = value;
        }
    }
}
