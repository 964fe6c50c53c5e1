using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>The directory of one node, held by a lock so that no second process opens it.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const long SegmentBytesMax = 4 * 1024 * 1024;

    private readonly FileStream held;
    private readonly IDiskSync sync;

    private DataDirectory(string path, FileStream held, IDiskSync sync)
    {
        this.sync = sync;
        Path = path;
        this.held = held;
        Log = new SegmentedLog(path, SegmentBytesMax, sync);
    }

    public string Path { get; }

    public SegmentedLog Log { get; }

    public ulong Identity { get; private set; }

    public void Write(Snapshot snapshot) => SnapshotFiles.Write(Path, snapshot, sync);

    /// <summary>Opens the directory, or begins one with the given first snapshot when there is none.</summary>
    public static (DataDirectory Directory, RecoveredLog Recovered) Open(string path, Func<Snapshot> first, IDiskSync sync)
    {
        System.IO.Directory.CreateDirectory(path);
        var directory = new DataDirectory(path, Lock(path), sync);
        try
        {
            return (directory, directory.Recover(first));
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Log.Dispose();
        held.Dispose();
    }

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, "lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new IOException($"another process holds {file}: only one may use a data directory", inUse);
        }
    }

    private RecoveredLog Recover(Func<Snapshot> first)
    {
        var snapshot = SnapshotFiles.LoadNewest(Path);
        var replay = Log.Open();
        if (snapshot is null)
        {
            if (replay.HardState is not null)
            {
                throw new StoreCorruptedException(Path, 0, "there is a log, but no snapshot that it continues", null);
            }

            Identity = Storage.Identity.Create(Path, sync);
            snapshot = first();
            SnapshotFiles.Write(Path, snapshot, sync);
            sync.SyncNewDirectory(Path);
        }
        else
        {
            Identity = Storage.Identity.Load(Path);
        }

        if (replay.HardState is null && snapshot.Point.Index > 0)
        {
            throw new StoreCorruptedException(Path, 0, "there is a snapshot, but the log that continues it is missing", null);
        }

        var entries = replay.After(snapshot.Point)
            ?? throw new StoreCorruptedException(Path, 0, $"entries after the snapshot at {snapshot.Point.Index} are missing", null);
        return new RecoveredLog(replay.HardState ?? default, snapshot, entries);
    }
}
