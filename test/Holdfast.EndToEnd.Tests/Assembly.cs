using Holdfast.EndToEnd.Tests;
using Xunit.Sdk;
using Xunit.v3;

// Clusters of real processes: one at a time is what a small machine carries.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(LiveCluster))]
