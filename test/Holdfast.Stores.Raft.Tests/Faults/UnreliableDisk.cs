using Holdfast.Conformance;
using Holdfast.Stores.Raft.Storage;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Stores.Raft.Tests.Faults;

/// <summary>A disk that can be made to stall, and that forgets what was not synced when its power is cut.</summary>
internal sealed class UnreliableDisk(int seed) : IDiskSync, IDisposable
{
    private readonly Random random = new(seed);
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> synced = new(StringComparer.Ordinal);
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly ManualResetEventSlim flowing = new(true);
    private readonly ManualResetEventSlim powered = new(true);
    private volatile bool isWaiting;
    private volatile string stalledPrefix = "";

    public void Flow() => flowing.Set();

    public void SyncFile(SafeFileHandle file, string path)
    {
        WaitWhileStalled(path);
        KernelSync.Instance.SyncFile(file, path);
        Remember(() => synced[path] = RandomAccess.GetLength(file));
    }

    public void SyncDirectory(string directory)
    {
        KernelSync.Instance.SyncDirectory(directory);
        Remember(() =>
        {
            foreach (var path in Directory.GetFiles(directory).Where(names.Add))
            {
                // A name that was never synced itself has just been given to a file that was.
                if (!synced.ContainsKey(path) && synced.TryGetValue(TemporaryOf(path), out var length))
                {
                    synced[path] = length;
                }
            }
        });
    }

    public void SyncNewDirectory(string directory) => KernelSync.Instance.SyncNewDirectory(directory);

    /// <summary>Whether a write hangs in the disk.</summary>
    public bool IsWaiting => isWaiting;

    /// <summary>Returns when a write hangs in the disk.</summary>
    public Task StallAsync()
    {
        HangOn("");
        return Until.TrueAsync(() => isWaiting);
    }

    /// <summary>Only files whose names begin like this take for ever.</summary>
    public void HangOn(string prefix)
    {
        stalledPrefix = prefix;
        flowing.Reset();
    }

    /// <summary>From now on no write is finished any more.</summary>
    public void CutPower()
    {
        lock (gate)
        {
            powered.Reset();
        }
    }

    /// <summary>What a machine finds after a power cut: all that was synced, and of the rest a part, or zeros in its place.</summary>
    public IReadOnlyDictionary<string, byte[]> Remains(string directory)
    {
        lock (gate)
        {
            return Directory.GetFiles(directory)
                .Where(path => names.Contains(path) && Path.GetExtension(path) != ".tmp" && Path.GetFileName(path) != "lock")
                .Select(path => (Path: path, Bytes: RemainsOf(path)))
                .Where(file => file.Bytes is not null)
                .ToDictionary(file => file.Path, file => file.Bytes ?? []);
        }
    }

    /// <summary>The power comes back, and with it the state of the disk.</summary>
    public void Restore(string directory, IReadOnlyDictionary<string, byte[]> remains)
    {
        Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
        names.Clear();
        synced.Clear();
        foreach (var (path, bytes) in remains)
        {
            File.WriteAllBytes(path, bytes);
            names.Add(path);
            synced[path] = bytes.Length;
        }
    }

    /// <summary>Lets go of who waits for the disk, so that a node without power can be cleared away.</summary>
    public void Release()
    {
        flowing.Set();
        powered.Set();
    }

    public void Dispose()
    {
        flowing.Dispose();
        powered.Dispose();
    }

    private void WaitWhileStalled(string path)
    {
        if (!Path.GetFileName(path.AsSpan()).StartsWith(stalledPrefix, StringComparison.Ordinal))
        {
            return;
        }

        isWaiting = !flowing.IsSet;
        flowing.Wait();
        isWaiting = false;
    }

    private void Remember(Action remember)
    {
        lock (gate)
        {
            if (powered.IsSet)
            {
                remember();
                return;
            }
        }

        powered.Wait();
    }

    /// <summary>Null for a file that has just been deleted.</summary>
    private byte[]? RemainsOf(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        var whole = (int)Math.Min(synced.GetValueOrDefault(path), bytes.Length);
        var torn = whole + random.Next(bytes.Length - whole + 1);
        var remains = bytes[..torn];
        if (random.Next(2) == 0)
        {
            Array.Clear(remains, whole, torn - whole);
        }

        return remains;
    }

    private static string TemporaryOf(string path)
    {
        var name = Path.GetFileName(path);
        return Path.Combine(Path.GetDirectoryName(path) ?? "", (name.StartsWith("snapshot", StringComparison.Ordinal) ? "snapshot" : name) + ".tmp");
    }
}
