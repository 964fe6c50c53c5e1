using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Storage;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>A disk in memory, in the real log's own terms: what was not synced before a crash is gone.</summary>
internal sealed class SimulatedDisk(Snapshot first)
{
    private readonly List<PersistBatch> durable = [];
    private Snapshot snapshot = first;

    public void Persist(PersistBatch batch) => durable.Add(batch);

    public void Save(Snapshot taken)
    {
        if (taken.Point.Index > snapshot.Point.Index)
        {
            snapshot = taken;
        }
    }

    public RecoveredLog Recover()
    {
        var replay = new LogReplay();
        foreach (var batch in durable)
        {
            if (batch.HardState is { } hardState)
            {
                replay.HardState = hardState;
            }

            if (batch.Snapshot is { } installed)
            {
                Save(installed);
                replay.Reset(installed.Point);
            }

            foreach (var entry in batch.Entries)
            {
                replay.Add(entry);
            }
        }

        var entries = replay.After(snapshot.Point) ?? throw new InvalidOperationException("entries are missing after the snapshot");
        return new RecoveredLog(replay.HardState ?? default, snapshot, entries);
    }

    /// <summary>A message as the wire carries it, so that the codec is under test as well and nothing is shared by reference.</summary>
    public static RaftMessage Copy(RaftMessage message)
    {
        var writer = new ByteWriter();
        PeerMessageCodec.Write(writer, new PeerMessage.Consensus(message));
        return ((PeerMessage.Consensus)PeerMessageCodec.Read(writer.Written, message.From, message.To)).Message;
    }
}
