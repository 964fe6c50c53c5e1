using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>
/// A number drawn once for a data directory. The others remember it with the node's address, and so notice a node that comes
/// back under its old name with an empty memory.
/// </summary>
internal static class Identity
{
    private const string FileName = "identity";

    public static ulong Create(string directory, IDiskSync sync)
    {
        var identity = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;
        var temporary = Path.Combine(directory, FileName + ".tmp");
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, System.Text.Encoding.ASCII.GetBytes(identity.ToString("x16", CultureInfo.InvariantCulture)), 0);
            sync.SyncFile(file, temporary);
        }

        File.Move(temporary, Path.Combine(directory, FileName), overwrite: true);
        sync.SyncDirectory(directory);
        return identity;
    }

    public static ulong Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return File.Exists(path) && ulong.TryParse(File.ReadAllText(path), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var identity)
            ? identity
            : throw new StoreCorruptedException(path, 0, "the number that identifies this data directory is missing or damaged", null);
    }
}
