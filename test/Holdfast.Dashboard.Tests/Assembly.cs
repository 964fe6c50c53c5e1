using Holdfast.Dashboard.Tests;
using Xunit.Sdk;
using Xunit.v3;

// One cluster of real processes and one browser at a time is what a small machine carries.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(WatchedCluster))]
