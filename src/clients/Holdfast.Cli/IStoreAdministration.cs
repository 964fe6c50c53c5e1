namespace Holdfast.Cli;

/// <summary>What the host can do to the store that a configuration names. Every method throws <see cref="CommandFailedException"/> with words for the operator.</summary>
public interface IStoreAdministration
{
    /// <summary>Every node that is known, asked for what it knows; one that does not answer says why.</summary>
    Task<IReadOnlyList<StoreNode>> StatusAsync(string? configurationPath, CancellationToken cancellationToken);

    /// <summary>Adds an empty node, which becomes a voter by itself when it has caught up. Returns when the cluster has agreed.</summary>
    Task AddAsync(string? configurationPath, string address, CancellationToken cancellationToken);

    /// <summary>Takes a node's vote away. Returns when the cluster has agreed.</summary>
    Task RemoveAsync(string? configurationPath, string address, CancellationToken cancellationToken);

    /// <summary>Makes a voter the store's leader.</summary>
    Task LeadAsync(string? configurationPath, string address, CancellationToken cancellationToken);

    /// <summary>All keys, as of one moment.</summary>
    Task<IReadOnlyList<StoreKey>> ReadAsync(string? configurationPath, CancellationToken cancellationToken);

    /// <summary>Writes keys, whatever is there.</summary>
    Task WriteAsync(string? configurationPath, IReadOnlyList<StoreKey> keys, CancellationToken cancellationToken);
}

/// <summary>One node of the store as it sees itself.</summary>
/// <param name="Address">host:port.</param>
/// <param name="Role"><c>leader</c>, <c>follower</c>, <c>candidate</c>, or null when it does not answer.</param>
/// <param name="Vote"><c>voter</c>, <c>learner</c>, or null when no node says that it is a member.</param>
/// <param name="Term">The election that it knows of.</param>
/// <param name="Committed">The last entry that it knows a majority to have.</param>
/// <param name="Applied">The last entry that its keys show.</param>
/// <param name="Trouble">Why it did not answer; null when it did.</param>
public sealed record StoreNode(string Address, string? Role, string? Vote, long? Term, long? Committed, long? Applied, string? Trouble);

/// <summary>One key of the store. A transient one belongs to a live agent and vanishes with it.</summary>
public sealed record StoreKey(string Key, string Value, bool IsTransient);
