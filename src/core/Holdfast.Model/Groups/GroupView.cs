using System.Collections.Immutable;

namespace Holdfast.Model.Groups;

/// <summary>
/// What a server says of the group that it is in, where the servers elect their primary themselves (MySQL Group Replication). A server's
/// own word is not enough: one that was frozen goes on calling itself the primary for seconds after the others have elected another.
/// </summary>
public sealed record GroupView
{
    /// <summary>The server as its group knows it; null while it was never asked.</summary>
    public string? ServerId { get; init; }

    /// <summary>Where the group's members reach this one: <c>host:port</c>.</summary>
    public string Address { get; init; } = "";

    public GroupState State { get; init; }

    /// <summary>The group's members as this server sees them; empty while it is in none.</summary>
    public ImmutableArray<GroupPeer> Members { get; init; } = [];

    public GroupEpoch? Epoch { get; init; }

    /// <summary>Every member accepts writes.</summary>
    public bool IsMultiPrimary { get; init; }

    /// <summary>The server itself would take a write now.</summary>
    public bool AcceptsWrites { get; init; }

    /// <summary>The server answers, and not what is asked of its group: it leaves one, or joins; what is said here is what it said before.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>The server has begun to join a group that does not count it in yet.</summary>
    public bool IsJoining { get; init; }

    /// <summary>What is on this server's disk: executed, or received and still to be applied.</summary>
    public TransactionSet Transactions { get; init; } = TransactionSet.Empty;

    /// <summary>How many received transactions wait to be applied here.</summary>
    public long ApplyBacklog { get; init; }

    /// <summary>How many transactions wait to be certified here.</summary>
    public long CertifyBacklog { get; init; }

    /// <summary>More waits here than flow control lets pass: the whole group's writers are slowed down for this server's sake.</summary>
    public bool SlowsGroup { get; init; }

    /// <summary>How many transactions certification has rejected here.</summary>
    public long Conflicts { get; init; }

    public GroupMode Mode => IsMultiPrimary ? GroupMode.MultiPrimary : GroupMode.SinglePrimary;

    /// <summary>More than half of the members answer this one.</summary>
    public bool HasMajority => Members.Count(member => member.State != GroupState.Unreachable) * 2 > Members.Length;

    public GroupPeer? Own => Members.FirstOrDefault(member => member.ServerId == ServerId);

    /// <summary>The server that accepts writes, as this one sees it; in multi-primary mode the first of them.</summary>
    public GroupPeer? Primary => Members.FirstOrDefault(member => member is { IsPrimary: true, State: GroupState.Online });

    /// <summary>This server takes part, and so do enough others.</summary>
    public bool IsServing => State == GroupState.Online && HasMajority;

    /// <summary>Where all accept writes: a server that was put out calls itself a primary still, so it is this one's word that counts.</summary>
    public bool CountsAsPrimary(string? server) =>
        IsMultiPrimary && IsServing && Members.Any(member => member.ServerId == server && member is { IsPrimary: true, State: GroupState.Online });

    public bool Equals(GroupView? other) =>
        other is not null
        && (ServerId, Address, State, Epoch, IsMultiPrimary, AcceptsWrites, IsBlocked, IsJoining, SlowsGroup)
            == (other.ServerId, other.Address, other.State, other.Epoch, other.IsMultiPrimary, other.AcceptsWrites, other.IsBlocked, other.IsJoining, other.SlowsGroup)
        && (ApplyBacklog, CertifyBacklog, Conflicts) == (other.ApplyBacklog, other.CertifyBacklog, other.Conflicts)
        && Members.SequenceEqual(other.Members)
        && Transactions.Equals(other.Transactions);

    public override int GetHashCode() => HashCode.Combine(ServerId, State, Epoch, Members.Length);
}

/// <summary>One member as a server of the group sees it.</summary>
public sealed record GroupPeer(string ServerId, string Host, int Port, GroupState State, bool IsPrimary, string Version);

/// <summary>Which membership of a group is meant: every change of it makes the next one.</summary>
/// <param name="Group">Of this life of the group: it changes when the group is made anew.</param>
/// <param name="Number">Grows with every member that comes or goes.</param>
public sealed record GroupEpoch(string Group, long Number)
{
    /// <summary>Of the same life of the group, and later.</summary>
    public bool IsAfter(GroupEpoch other) => Group == other.Group && Number > other.Number;

    /// <summary>From MySQL's <c>VIEW_ID</c>; null when the text is none.</summary>
    public static GroupEpoch? Parse(string text) =>
        text.Split(':') is [{ Length: > 0 } group, var number] && long.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var count)
            ? new(group, count)
            : null;

    public override string ToString() => $"{Group}:{Number}";
}

/// <summary>What a server is to its group; MySQL's words.</summary>
public enum GroupState
{
    /// <summary>In no group.</summary>
    Offline,

    /// <summary>It catches up with the group.</summary>
    Recovering,
    Online,

    /// <summary>It was put out of the group, or could not go on in it.</summary>
    Error,

    /// <summary>The server that says so does not hear it.</summary>
    Unreachable,
}
