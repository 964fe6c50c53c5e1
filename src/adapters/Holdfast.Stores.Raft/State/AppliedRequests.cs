using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.State;

/// <summary>
/// The results of requests that may come again, by client: bounded, the same on every node, and part of every snapshot.
/// </summary>
internal sealed class AppliedRequests
{
    private const int ClientsMax = 1024;
    private const int ResultsPerClientMax = 4096;

    private readonly Dictionary<ulong, Client> clients = [];

    /// <summary>Null for a request that was not carried out yet.</summary>
    public CommandResult? Find(RequestId request)
    {
        if (!clients.TryGetValue(request.Client, out var client))
        {
            return null;
        }

        // Below the settled mark nobody waits any more; the late copy of such a request must not be carried out again.
        return request.Sequence < client.Settled
            ? new CommandResult(CommitOutcome.Unknown, 0)
            : client.Results.TryGetValue(request.Sequence, out var result) ? result : null;
    }

    public void Add(RequestId request, CommandResult result, long index)
    {
        if (!clients.TryGetValue(request.Client, out var client))
        {
            MakeRoom();
            clients[request.Client] = client = new Client();
        }

        client.LastIndex = index;
        client.Results[request.Sequence] = result;
        client.Settle(request.Settled);
        while (client.Results.Count > ResultsPerClientMax)
        {
            client.Settle(client.Results.Keys.First() + 1);
        }
    }

    public void Write(ByteWriter writer)
    {
        writer.Int32(clients.Count);
        foreach (var (id, client) in clients.OrderBy(pair => pair.Key))
        {
            writer.UInt64(id);
            writer.Int64(client.Settled);
            writer.Int64(client.LastIndex);
            writer.Int32(client.Results.Count);
            foreach (var (sequence, result) in client.Results)
            {
                writer.Int64(sequence);
                writer.Byte((byte)result.Outcome);
                writer.Int64(result.Revision);
            }
        }
    }

    public void Read(ref ByteReader reader)
    {
        clients.Clear();
        for (var count = reader.Count(28); count > 0; count--)
        {
            var id = reader.UInt64();
            var client = new Client { Settled = reader.Int64(), LastIndex = reader.Int64() };
            for (var results = reader.Count(17); results > 0; results--)
            {
                client.Results[reader.Int64()] = new CommandResult((CommitOutcome)reader.Byte(), reader.Int64());
            }

            clients[id] = client;
        }
    }

    private void MakeRoom()
    {
        if (clients.Count >= ClientsMax)
        {
            clients.Remove(clients.MinBy(pair => pair.Value.LastIndex).Key);
        }
    }

    private sealed class Client
    {
        public SortedDictionary<long, CommandResult> Results { get; } = [];

        public long Settled { get; set; }

        public long LastIndex { get; set; }

        public void Settle(long below)
        {
            Settled = Math.Max(Settled, below);
            while (Results.Count > 0 && Results.Keys.First() is var oldest && oldest < Settled)
            {
                Results.Remove(oldest);
            }
        }
    }
}
