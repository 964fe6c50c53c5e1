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

    /// <summary>Asks a member that is thought to lead no more how much longer its database accepts writes, by its own clock.</summary>
    Task<LastWord> AskLastWordAsync(string apiUrl, CancellationToken cancellationToken);

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

/// <summary>What a member says of its database.</summary>
public abstract record LastWord
{
    private LastWord()
    {
    }

    /// <summary>No answer came in time, or none that can be read.</summary>
    public sealed record Unknown : LastWord;

    /// <summary>It accepts no writes, or has no right to.</summary>
    public sealed record ServesNot : LastWord;

    /// <summary>It accepts writes for this much longer, unless its lease is renewed.</summary>
    public sealed record Serves(TimeSpan Remaining) : LastWord;
}
