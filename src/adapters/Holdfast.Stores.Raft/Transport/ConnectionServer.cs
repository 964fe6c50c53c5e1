using System.Collections.Concurrent;
using System.Threading.Channels;
using Holdfast.Stores.Raft.Node;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Reads what connected nodes say, and hands clients to their own server.</summary>
internal sealed class ConnectionServer(string self, RaftNode node, ClientServer clients) : IConnectionServer
{
    private const int BulkBytesMax = 512 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, FrameChannel> latest = new(StringComparer.Ordinal);

    public bool IsWelcome(Introduction caller) => caller.Purpose == ConnectionPurpose.Client || node.IsWelcome(caller);

    public async Task ServeAsync(FrameChannel channel, Introduction caller, CancellationToken stopping)
    {
        var address = caller.Address;
        if (caller.Purpose == ConnectionPurpose.Client)
        {
            await clients.ServeAsync(channel, stopping);
            return;
        }

        latest[address] = channel;
        node.PeerCalled(address);
        try
        {
            await ListenAsync(channel, address, stopping);
        }
        catch (ChannelClosedException)
        {
            // The node stops.
        }
        finally
        {
            // An older connection that ends says nothing about a peer that has made a newer one.
            if (latest.TryRemove(new KeyValuePair<string, FrameChannel>(address, channel)) && !stopping.IsCancellationRequested)
            {
                node.PeerLost(address);
            }
        }
    }

    private async Task ListenAsync(FrameChannel channel, string address, CancellationToken stopping)
    {
        var bulk = new BulkReceiver(BulkBytesMax);
        while (await channel.ReadAsync(stopping) is { } frame)
        {
            if (frame.Length > 0 && frame.Span[0] == BulkSender.FragmentTag)
            {
                if (bulk.Add(frame.Span) is { } whole)
                {
                    await node.PeerSaidAsync(address, PeerMessageCodec.Read(whole.Span, address, self), stopping);
                }

                continue;
            }

            await node.PeerSaidAsync(address, PeerMessageCodec.Read(frame.Span, address, self), stopping);
        }
    }
}
