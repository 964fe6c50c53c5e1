using Holdfast.Ports.Store;

namespace Holdfast.Conformance;

/// <summary>A running store for one test, with several ways in.</summary>
public interface IStoreCluster : IAsyncDisposable
{
    /// <summary>At least two, so that what one wrote is read through another.</summary>
    IReadOnlyList<IConsensusStore> Endpoints { get; }

    /// <summary>Makes the history before the newest changes go away, however the store does that.</summary>
    Task ForgetHistoryAsync(CancellationToken cancellationToken);
}
