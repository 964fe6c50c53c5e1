using Holdfast.Conformance;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>That the servers of these tests can be set back, as an operator sets back a store.</summary>
public class SnapshotTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_that_are_restored_from_a_snapshot_know_what_it_has_and_nothing_later()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-snapshot-");
        try
        {
            await using var cluster = await EtcdStores.StartAsync(3, Stop);
            await cluster.Endpoints[0].PutAsync("/a", "1", Stop);
            await cluster.Etcd.SnapshotAsync(Path.Combine(directory.FullName, "snapshot.db"), Stop);
            await cluster.Endpoints[0].PutAsync("/a", "2", Stop);

            await cluster.Etcd.RestoreAsync(Path.Combine(directory.FullName, "snapshot.db"), Stop);

            Assert.Equal("1", await cluster.Endpoints[1].GetAsync("/a", Stop));
            await cluster.Endpoints[2].PutAsync("/a", "3", Stop);
            Assert.InRange(await cluster.Etcd.LeaderAsync(Stop), 0, 2);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
