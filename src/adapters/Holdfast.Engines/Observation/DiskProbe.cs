using Holdfast.Model;

namespace Holdfast.Engines.Observation;

/// <summary>Room on the disk of the data directory, and how much of it the system takes.</summary>
internal sealed class DiskProbe(string dataDirectory, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _measuring = Task.CompletedTask;
    private long _measuredAt;
    private long _dataBytes;

    public DiskSpace? Look()
    {
        if (_measuring.IsCompleted && (_measuredAt == 0 || time.GetElapsedTime(_measuredAt) > MeasureEvery))
        {
            _measuredAt = time.GetTimestamp();
            _measuring = MeasureAsync();
        }

        return Space() is var (free, total) ? new(free, total, Interlocked.Read(ref _dataBytes)) : null;
    }

    /// <summary>Measures anew at the next look.</summary>
    public void Forget() => _measuredAt = 0;

    /// <summary>On the disk where the data directory is or will be; null when it cannot be told.</summary>
    public (long Free, long Total)? Space()
    {
        try
        {
            var place = dataDirectory.TrimEnd('/');
            while (!Directory.Exists(place))
            {
                place = Path.GetDirectoryName(place) ?? "/";
            }

            var drive = new DriveInfo(place);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static long SizeOf(string directory, CancellationToken cancellationToken)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // The server removes files while they are counted.
            }
        }

        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _measuring;
        _stopping.Dispose();
    }

    private async Task MeasureAsync()
    {
        await Task.Yield();
        try
        {
            Interlocked.Exchange(ref _dataBytes, Directory.Exists(dataDirectory) ? SizeOf(dataDirectory, _stopping.Token) : 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // The last figure stands; the directory was just moved, or the agent ends.
        }
    }
}
