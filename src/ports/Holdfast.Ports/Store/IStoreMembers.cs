namespace Holdfast.Ports.Store;

/// <summary>A store that can say how its own members, the servers or nodes that it is made of, are.</summary>
public interface IStoreMembers
{
    /// <summary>Asks each of them that this client knows of; how many do not answer, or answer that they belong to no majority.</summary>
    /// <exception cref="StoreUnavailableException">It is not known which there are.</exception>
    Task<int> CountLostAsync(CancellationToken cancellationToken);
}
