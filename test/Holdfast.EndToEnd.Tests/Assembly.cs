using Xunit.Sdk;
using Xunit.v3;

// Most of a test is waiting, for a lease to end or an alert to fire; more clusters at once than two are more than a small machine carries.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 2)]
