using Holdfast.Model;

namespace Holdfast.Ports.Peers;

/// <summary>The other members of the cluster, asked directly, past the store.</summary>
public interface IMemberPeers
{
    /// <summary>
    /// Asks whoever answers at a member's REST address for its name. An answer that cannot be read counts as that member's: somebody
    /// is there.
    /// </summary>
    /// <param name="apiUrl">The address as the member's key shows it.</param>
    /// <param name="name">The member that is looked for.</param>
    /// <param name="cancellationToken">Ends the wait, which is short anyway.</param>
    Task<PeerPresence> LookForAsync(string apiUrl, MemberName name, CancellationToken cancellationToken);

    /// <summary>
    /// Asks a member to promise that it does not lead for a time to live from when it answers. Null when it has promised; otherwise
    /// why not, in words: it refused, or no answer came.
    /// </summary>
    Task<string?> ConfirmAsync(string apiUrl, LeaderClaim claim, CancellationToken cancellationToken);
}

/// <summary>What a leader that has lost the store asks of the members: to be left leading for this long.</summary>
public sealed record LeaderClaim(MemberName Leader, TimeSpan TimeToLive);

public enum PeerPresence
{
    /// <summary>Nobody answers there.</summary>
    Absent,

    /// <summary>The member, or somebody who does not say who.</summary>
    Present,

    /// <summary>Another member answers there.</summary>
    SomebodyElse,
}
