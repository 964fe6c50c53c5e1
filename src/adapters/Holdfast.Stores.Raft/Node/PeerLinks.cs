using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Node;

/// <summary>The outgoing connections of a node, one to each member it has to do with; used by the loop alone.</summary>
internal sealed class PeerLinks(Introduction self, Connector connector, IPeerObserver observer, TimeProvider time) : IAsyncDisposable
{
    private const int LinksMax = 64;

    private readonly Dictionary<string, PeerLink> links = new(StringComparer.Ordinal);
    private readonly List<Task> leaving = [];

    public bool Send(string to, PeerMessage message) => Find(to)?.Send(message) ?? false;

    public void ConnectNow(string address) => Find(address)?.ConnectNow();

    public void Keep(IReadOnlyCollection<string> members)
    {
        foreach (var member in members)
        {
            Find(member);
        }

        foreach (var gone in links.Keys.Where(known => !members.Contains(known, StringComparer.Ordinal)).ToArray())
        {
            leaving.RemoveAll(task => task.IsCompleted);
            leaving.Add(links[gone].DisposeAsync().AsTask());
            links.Remove(gone);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in links.Values)
        {
            leaving.Add(link.DisposeAsync().AsTask());
        }

        await Task.WhenAll(leaving);
    }

    private PeerLink? Find(string address)
    {
        if (!links.TryGetValue(address, out var link) && address != self.Address && links.Count < LinksMax)
        {
            links[address] = link = new PeerLink(self, address, connector, observer, time);
        }

        return link;
    }
}
