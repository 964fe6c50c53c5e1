using Holdfast.Model;
using Holdfast.Ports.Peers;

namespace Holdfast.Simulation.Network;

/// <summary>The other members, past the store. Every simulated host has a name of its own.</summary>
internal sealed class SimPeers : IMemberPeers
{
    public Task<PeerPresence> LookForAsync(string apiUrl, MemberName name, CancellationToken cancellationToken) =>
        Task.FromResult(PeerPresence.Absent);
}
