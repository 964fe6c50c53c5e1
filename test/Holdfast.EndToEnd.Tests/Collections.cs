namespace Holdfast.EndToEnd.Tests;

/// <summary>The tests that take turns with the one cluster of <see cref="LiveCluster"/>.</summary>
[CollectionDefinition(nameof(SharedCluster))]
public sealed class SharedCluster : ICollectionFixture<LiveCluster>;

/// <summary>Three MySQL servers are all that a small machine carries beside another cluster.</summary>
[CollectionDefinition(nameof(OneGroup))]
public sealed class OneGroup;

/// <summary>Tests that load the machine so that what runs beside them would be measured as a fault.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
