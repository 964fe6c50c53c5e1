using Holdfast.Stores.Raft.Node;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Carries out what clients that are no members ask for.</summary>
internal sealed class ClientServer(RaftNode node)
{
    public async Task ServeAsync(FrameChannel channel, CancellationToken stopping)
    {
        _ = node;
        await channel.ReadAsync(stopping);
    }
}
