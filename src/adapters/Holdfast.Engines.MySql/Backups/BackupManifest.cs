using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Engines.MySql.Backups;

/// <summary>What a backup says of itself, in a file beside its data.</summary>
public sealed record BackupManifest
{
    internal const string FileName = "backup.json";
    internal const string DataName = "data";
    internal const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string Scope { get; init; }

    /// <summary>Whose server was copied.</summary>
    public required string Member { get; init; }

    public required DateTimeOffset TakenAt { get; init; }

    public required string ServerVersion { get; init; }

    /// <summary>The UUID of the group that it came from.</summary>
    public required string Group { get; init; }

    /// <summary>What it holds: a GTID set.</summary>
    public required string Transactions { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    /// <exception cref="BackupFailedException">There is none, or it cannot be read.</exception>
    internal static BackupManifest Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllText(path), BackupJson.Default.BackupManifest);
            return manifest is { Format: CurrentFormat }
                ? manifest
                : throw new BackupFailedException($"{path}: its format is {manifest?.Format.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}, and this version reads {CurrentFormat}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BackupFailedException($"{path} is no backup that 'holdfast backup' has finished: {error.Message}");
        }
    }

    /// <summary>Null where there is none that can be read.</summary>
    internal static BackupManifest? TryRead(string directory)
    {
        try
        {
            return Read(directory);
        }
        catch (BackupFailedException)
        {
            return null;
        }
    }

    internal string ToJson() => JsonSerializer.Serialize(this, BackupJson.Default.BackupManifest) + "\n";
}

/// <summary>A backup could not be taken or restored, for the reason given; what was there before is there still.</summary>
public sealed class BackupFailedException(string message) : Exception(message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
