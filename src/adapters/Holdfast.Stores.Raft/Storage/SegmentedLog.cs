using System.Globalization;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Transport;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>
/// The log as numbered files that only grow; the oldest are deleted once a snapshot covers them. Every file begins with the hard
/// state, so that nothing is lost with the files before it.
/// </summary>
internal sealed class SegmentedLog : IDisposable
{
    private const string Prefix = "log-";

    private readonly string directory;
    private readonly long segmentBytesMax;
    private readonly IDiskSync sync;
    private readonly ByteWriter writer = new();
    private readonly List<Segment> segments = [];
    private SafeFileHandle? file;
    private long goodLength;
    private long nextBatch;
    private HardState hardState;

    public SegmentedLog(string directory, long segmentBytesMax, IDiskSync sync)
    {
        this.sync = sync;
        this.directory = directory;
        this.segmentBytesMax = segmentBytesMax;
    }

    /// <summary>Reads everything, cuts a torn write off the end, and stands ready to append.</summary>
    public LogReplay Open()
    {
        var replay = new LogReplay();
        var paths = Directory.GetFiles(directory, Prefix + "*");
        Array.Sort(paths, StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var number = long.Parse(Path.GetFileName(path.AsSpan())[Prefix.Length..], CultureInfo.InvariantCulture);
            if (segments.Count > 0 && number != segments[^1].Number + 1)
            {
                throw new StoreCorruptedException(path, 0, $"the file before it, number {number - 1}, is missing", null);
            }

            segments.Add(new Segment(number, path));
            goodLength = Read(path, path == paths[^1], replay);
        }

        hardState = replay.HardState ?? default;
        if (segments.Count > 0)
        {
            OpenLast();
        }

        return replay;
    }

    /// <summary>Writes batches as one and returns when they are on disk. After a failure the same call may be repeated.</summary>
    public void Append(IReadOnlyList<PersistBatch> batches)
    {
        if (file is null || goodLength > segmentBytesMax)
        {
            StartSegment();
        }

        BatchFormat.Begin(writer);
        var (next, lastIndex) = (hardState, 0L);
        if (goodLength == 0)
        {
            BatchFormat.Add(writer, hardState);
        }

        foreach (var batch in batches)
        {
            if (batch.HardState is { } changed)
            {
                next = changed;
                BatchFormat.Add(writer, changed);
            }

            if (batch.Snapshot is { } snapshot)
            {
                BatchFormat.AddReset(writer, snapshot.Point);
            }

            foreach (var entry in batch.Entries)
            {
                BatchFormat.Add(writer, entry);
                lastIndex = Math.Max(lastIndex, entry.Index);
            }
        }

        BatchFormat.End(writer, nextBatch);
        WriteDurably();
        nextBatch++;
        hardState = next;
        segments[^1].LastIndex = Math.Max(segments[^1].LastIndex, lastIndex);
    }

    /// <summary>Deletes the files whose entries a durable snapshot covers.</summary>
    public void DeleteThrough(long index)
    {
        while (segments.Count > 1 && segments[0].LastIndex <= index)
        {
            File.Delete(segments[0].Path);
            segments.RemoveAt(0);
        }
    }

    public void Dispose() => file?.Dispose();

    private void WriteDurably()
    {
        try
        {
            RandomAccess.Write(file!, writer.Written, goodLength);
            sync.SyncFile(file!, segments[^1].Path);
            if (goodLength == 0)
            {
                sync.SyncDirectory(directory);
            }

            goodLength += writer.Length;
        }
        catch (IOException)
        {
            // What part of it is there nobody knows; a repetition starts from what was good.
            Reopen();
            throw;
        }
    }

    private void Reopen()
    {
        file?.Dispose();
        file = null;
        OpenLast();
        RandomAccess.SetLength(file!, goodLength);
    }

    private void OpenLast() =>
        file = File.OpenHandle(segments[^1].Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    private void StartSegment()
    {
        var number = segments.Count == 0 ? 1 : segments[^1].Number + 1;
        var path = Path.Combine(directory, Prefix + number.ToString("D20", CultureInfo.InvariantCulture));
        var started = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        file?.Dispose();
        file = started;
        segments.Add(new Segment(number, path));
        goodLength = 0;
    }

    private long Read(string path, bool isLast, LogReplay replay)
    {
        var bytes = File.ReadAllBytes(path);
        var offset = 0;
        while (offset < bytes.Length)
        {
            if (BatchFormat.SoundLength(bytes.AsSpan(offset)) is not { } length)
            {
                CutTornWrite(path, bytes, offset, isLast);
                break;
            }

            var batch = bytes.AsSpan(offset, length);
            Replay(path, offset, batch, replay);
            offset += length;
        }

        return offset;
    }

    private void Replay(string path, int offset, ReadOnlySpan<byte> batch, LogReplay replay)
    {
        var number = BatchFormat.NumberOf(batch);
        if (nextBatch > 0 && number != nextBatch)
        {
            throw new StoreCorruptedException(path, offset, $"batch {number} stands where batch {nextBatch} belongs", null);
        }

        try
        {
            BatchFormat.Replay(batch, replay);
        }
        catch (InvalidDataException broken)
        {
            throw new StoreCorruptedException(path, offset, broken.Message, broken);
        }

        nextBatch = number + 1;
        segments[^1].LastIndex = Math.Max(segments[^1].LastIndex, replay.Entries.Count == 0 ? 0 : replay.Entries[^1].Index);
    }

    private void CutTornWrite(string path, byte[] bytes, int offset, bool isLast)
    {
        var hasMore = Enumerable.Range(offset + 1, Math.Max(0, bytes.Length - offset - 1))
            .Any(place => BatchFormat.SoundLength(bytes.AsSpan(place)) is not null);
        if (!isLast || hasMore)
        {
            throw new StoreCorruptedException(path, offset, "the log is damaged here, and goes on after it", null);
        }

        using var torn = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.SetLength(torn, offset);
        sync.SyncFile(torn, path);
    }

    private sealed class Segment(long number, string path)
    {
        public long Number { get; } = number;

        public string Path { get; } = path;

        public long LastIndex { get; set; }
    }
}
