using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>A copy of the store's keys: a line that says what it is, then one JSON object a key.</summary>
internal static class StoreFile
{
    private const string Mark = "holdfast_store_backup";
    private const int Version = 1;

    /// <summary>Under another name first, so that a file with the asked-for name is always a whole one.</summary>
    public static async Task WriteAsync(string path, IReadOnlyList<StoreKey> keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var unfinished = path + ".unfinished";
        try
        {
            await using (var writer = new StreamWriter(unfinished))
            {
                var head = new JsonObject { [Mark] = Version, ["keys"] = keys.Count, ["taken_at"] = time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture) };
                await writer.WriteLineAsync(JsonLine.Compact(head).AsMemory(), cancellationToken);
                foreach (var key in keys)
                {
                    var line = new JsonObject { ["key"] = key.Key, ["value"] = key.Value, ["transient"] = key.IsTransient };
                    await writer.WriteLineAsync(JsonLine.Compact(line).AsMemory(), cancellationToken);
                }
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{path}: {failed.Message}");
        }
    }

    public static async Task<IReadOnlyList<StoreKey>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var lines = await File.ReadAllLinesAsync(path, cancellationToken);
            if (lines.Length == 0 || JsonNode.Parse(lines[0]) is not JsonObject head || head[Mark]?.GetValue<int>() != Version)
            {
                throw new CommandFailedException($"{path}: line 1: not a copy that 'holdfast store backup' of this version has written");
            }

            var keys = lines.Skip(1).Select((line, index) => KeyOf(line, path, index + 2)).ToList();
            return head["keys"]?.GetValue<int>() == keys.Count
                ? keys
                : throw new CommandFailedException($"{path}: {keys.Count} keys, and line 1 promises {head["keys"]}: the file is not whole");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw new CommandFailedException($"{path}: {failed.Message}");
        }
    }

    private static StoreKey KeyOf(string line, string path, int number) =>
        JsonNode.Parse(line) is JsonObject entry && entry["key"]?.GetValue<string>() is { } key && entry["value"]?.GetValue<string>() is { } value
            ? new(key, value, entry["transient"]?.GetValue<bool>() ?? false)
            : throw new CommandFailedException($"{path}: line {number}: no key with a value");
}
