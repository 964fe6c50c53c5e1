using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>Hears what became of writes, on the disk's own thread.</summary>
internal interface IDiskObserver
{
    void BatchWritten(PersistBatch batch);

    void SnapshotWritten(LogPoint point);

    void SnapshotFailed(Exception reason);

    /// <summary>The disk takes no writes; the same ones are tried again until it does.</summary>
    void DiskFailed(Exception reason);

    void DiskRecovered();
}

/// <summary>
/// Writes batches in order on a thread of its own: a sync blocks for as long as the disk likes, and the node's loop and the
/// thread pool must go on meanwhile. Whatever queued up during one sync shares the next.
/// </summary>
internal sealed class DiskWriter : IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly DataDirectory directory;
    private readonly IDiskObserver observer;
    private readonly AutoResetEvent work = new(false);
    private readonly Thread thread;
    private List<object> queue = [];
    private volatile bool isStopping;

    public DiskWriter(DataDirectory directory, IDiskObserver observer)
    {
        this.directory = directory;
        this.observer = observer;
        thread = new Thread(Run) { IsBackground = true, Name = "raft-disk" };
        thread.Start();
    }

    public void Write(PersistBatch batch) => Enqueue(batch);

    public void Write(Snapshot snapshot) => Enqueue(snapshot);

    /// <summary>Stops after the write under way; what is queued is dropped, since nobody was told that it is on disk.</summary>
    public void Dispose()
    {
        isStopping = true;
        work.Set();
        thread.Join();
        work.Dispose();
    }

    private void Enqueue(object job)
    {
        lock (gate)
        {
            queue.Add(job);
        }

        work.Set();
    }

    private void Run()
    {
        List<object> taken = [];
        while (!isStopping)
        {
            lock (gate)
            {
                (taken, queue) = (queue, taken);
            }

            if (taken.Count == 0)
            {
                work.WaitOne();
                continue;
            }

            WriteInOrder(taken);
            taken.Clear();
        }
    }

    private void WriteInOrder(List<object> jobs)
    {
        List<PersistBatch> batches = [];
        foreach (var job in jobs)
        {
            if (job is PersistBatch batch)
            {
                batches.Add(batch);
                if (batch.Snapshot is null)
                {
                    continue;
                }
            }

            WriteBatches(batches);
            if (job is Snapshot snapshot)
            {
                WriteOwn(snapshot);
            }
        }

        WriteBatches(batches);
    }

    private void WriteBatches(List<PersistBatch> batches)
    {
        if (batches.Count == 0)
        {
            return;
        }

        var hasFailed = false;
        while (!isStopping && !TryWrite(batches, ref hasFailed))
        {
            work.WaitOne(RetryPause);
        }

        if (!isStopping)
        {
            batches.ForEach(observer.BatchWritten);
        }

        batches.Clear();
    }

    private bool TryWrite(List<PersistBatch> batches, ref bool hasFailed)
    {
        try
        {
            if (batches[^1].Snapshot is { } installed)
            {
                directory.Write(installed);
            }

            if (batches.Exists(batch => !batch.IsEmpty))
            {
                directory.Log.Append(batches);
            }

            if (hasFailed)
            {
                observer.DiskRecovered();
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!hasFailed)
            {
                observer.DiskFailed(failure);
            }

            hasFailed = true;
            return false;
        }
    }

    private void WriteOwn(Snapshot snapshot)
    {
        try
        {
            directory.Write(snapshot);
            SnapshotFiles.DeleteBefore(directory.Path, snapshot.Point.Index);
            directory.Log.DeleteThrough(snapshot.Point.Index);
            observer.SnapshotWritten(snapshot.Point);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            observer.SnapshotFailed(failure);
        }
    }
}
