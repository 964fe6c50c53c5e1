using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Model.Probes;

namespace Holdfast.Probes;

/// <summary>Keeps what was measured over an agent's restart: an objective is about thirty days.</summary>
/// <param name="path">Of the file; null: nothing is kept.</param>
internal sealed class HistoryFile(string? path)
{
    /// <summary>Empty where there is no file.</summary>
    /// <exception cref="IOException">The file cannot be read or understood.</exception>
    public ServiceHistory Read()
    {
        if (path is null || !File.Exists(path))
        {
            return ServiceHistory.Empty;
        }

        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), HistoryJson.Default.HistoryDocument) ?? new HistoryDocument([], [], []);
            var empty = ServiceHistory.Empty;
            return new()
            {
                Minutes = Filled(empty.Minutes, document.Minutes),
                Quarters = Filled(empty.Quarters, document.Quarters),
                Watches = Filled(empty.Watches, document.Watches),
            };
        }
        catch (Exception exception) when (exception is JsonException or UnauthorizedAccessException or OverflowException)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>A reader finds the old file or the new one, whole.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Write(ServiceHistory history)
    {
        if (path is null)
        {
            return;
        }

        var document = new HistoryDocument(Documents(history.Minutes), Documents(history.Quarters), Documents(history.Watches));
        try
        {
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(document, HistoryJson.Default.HistoryDocument));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }

    private static ServiceWindow Filled(ServiceWindow window, ImmutableArray<BucketDocument> buckets) => window with
    {
        Buckets = buckets.IsDefault
            ? []
            : [.. buckets.TakeLast(window.BucketsMax).Select(bucket => new ServiceBucket(bucket.Index, new(TimeSpan.FromSeconds(bucket.Up), TimeSpan.FromSeconds(bucket.Down), bucket.Lost)))],
    };

    private static ImmutableArray<BucketDocument> Documents(ServiceWindow window) =>
        [.. window.Buckets.Select(bucket => new BucketDocument(bucket.Index, bucket.Time.Up.TotalSeconds, bucket.Time.Down.TotalSeconds, bucket.Time.LostWrites))];
}

/// <summary>The windows of a history, oldest bucket first.</summary>
internal sealed record HistoryDocument(ImmutableArray<BucketDocument> Minutes, ImmutableArray<BucketDocument> Quarters, ImmutableArray<BucketDocument> Watches);

/// <summary>One bucket; times in seconds.</summary>
internal sealed record BucketDocument(long Index, double Up, double Down, long Lost);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HistoryDocument))]
internal sealed partial class HistoryJson : JsonSerializerContext;
