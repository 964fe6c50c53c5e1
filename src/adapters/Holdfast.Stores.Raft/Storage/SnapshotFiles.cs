using System.Buffers.Binary;
using System.Globalization;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>Snapshots on disk: written aside, synced, and renamed, so that a file with its final name is whole.</summary>
internal static class SnapshotFiles
{
    private const uint Magic = 0x31_53_46_48; // "HFS1"
    private const string Prefix = "snapshot-";

    public static void Write(string directory, Snapshot snapshot, IDiskSync sync)
    {
        var writer = new ByteWriter();
        writer.UInt32(Magic);
        writer.Int64(snapshot.Point.Index);
        writer.Int64(snapshot.Point.Term);
        ConfigurationCodec.Write(writer, snapshot.Configuration);
        writer.Bytes(snapshot.State.Span);
        writer.UInt32(Checksum.Of(writer.Written));

        var temporary = Path.Combine(directory, "snapshot.tmp");
        try
        {
            using var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, writer.Written, 0);
            sync.SyncFile(file, temporary);
        }
        catch (IOException)
        {
            // On a full disk the part that was written is room that the log needs.
            File.Delete(temporary);
            throw;
        }

        File.Move(temporary, Path.Combine(directory, Prefix + snapshot.Point.Index.ToString("D20", CultureInfo.InvariantCulture)), overwrite: true);
        sync.SyncDirectory(directory);
    }

    public static void DeleteBefore(string directory, long index)
    {
        foreach (var (_, path) in Known(directory).Where(known => known.Index < index))
        {
            File.Delete(path);
        }
    }

    public static Snapshot? LoadNewest(string directory)
    {
        var known = Known(directory);
        return known.Length == 0 ? null : Load(known[^1].Path);
    }

    private static (long Index, string Path)[] Known(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, Prefix + "*")
            .Select(path => (Index: long.Parse(Path.GetFileName(path.AsSpan())[Prefix.Length..], CultureInfo.InvariantCulture), Path: path))
            .OrderBy(known => known.Index),
    ];

    private static Snapshot Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4)) != Checksum.Of(bytes.AsSpan(..^4)))
        {
            throw new StoreCorruptedException(path, 0, "the snapshot's checksum is wrong", null);
        }

        var reader = new ByteReader(bytes.AsSpan(..^4));
        if (reader.UInt32() != Magic)
        {
            throw new StoreCorruptedException(path, 0, "this is no snapshot of a format that this program knows", null);
        }

        var point = new LogPoint(reader.Int64(), reader.Int64());
        return new Snapshot(point, ConfigurationCodec.Read(ref reader), reader.Bytes().ToArray());
    }
}
