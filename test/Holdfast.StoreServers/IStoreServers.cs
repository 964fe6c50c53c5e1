namespace Holdfast.StoreServers;

/// <summary>Real servers of a store that members use, for as long as they are needed.</summary>
public interface IStoreServers : IAsyncDisposable
{
    /// <summary>As a member's configuration file names them.</summary>
    string Section { get; }

    /// <summary>Starts those that do not run, on the data they had, and waits until writes are possible.</summary>
    Task StartAllAsync(CancellationToken cancellationToken);

    void KillAll();
}
