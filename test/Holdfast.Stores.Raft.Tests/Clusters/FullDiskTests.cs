using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Tests.Faults;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>Real file systems without room, under writers and a session.</summary>
public sealed class FullDiskTests
{
    private const int DiskMebibytes = 16;
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(6);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_whose_disk_is_full_holds_up_nobody_and_catches_up_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(DiskMebibytes);
        await using var cluster = await StartAsync(_ => disk, 1);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var full = cluster.Addresses[0];
        await cluster[full].TransferLeadershipAsync(cluster.Addresses[1], Stop);

        disk.Fill();
        await load.MoreAsync(400);
        disk.Free();

        await RequireWholeAsync(cluster, load);
        await cluster.KillNodeAsync(cluster.Addresses[1]);
        await cluster[full].PutAsync("/after", "1", Stop);
    }

    [Fact]
    public async Task A_leader_whose_disk_is_full_gives_the_leadership_away_and_loses_nothing()
    {
        await using var disk = await SmallDisk.MountAsync(DiskMebibytes);
        await using var cluster = await StartAsync(_ => disk, 1);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var full = cluster.Addresses[0];
        await cluster[full].TransferLeadershipAsync(full, Stop);

        disk.Fill();
        await Until.TrueAsync(() => cluster[full].Status.Leader is { } next && next != full);
        await load.MoreAsync(200);
        disk.Free();

        await RequireWholeAsync(cluster, load);
    }

    [Fact]
    public async Task When_all_disks_are_full_nothing_is_confirmed_and_it_goes_on_by_itself_when_there_is_room()
    {
        await using var first = await SmallDisk.MountAsync(DiskMebibytes);
        await using var second = await SmallDisk.MountAsync(DiskMebibytes);
        await using var third = await SmallDisk.MountAsync(DiskMebibytes);
        SmallDisk[] disks = [first, second, third];
        await using var cluster = await StartAsync(node => disks[node], 3);
        await using var load = await cluster.LoadAsync(4, TimeSpan.FromSeconds(30));

        await Until.TrueAsync(() =>
        {
            // A snapshot that was under way gives back the room of the one before it.
            Array.ForEach(disks, disk => disk.Fill());
            return cluster.Nodes.All(node => node.Status.Leader is null);
        });
        foreach (var node in cluster.Nodes)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => node.CommitAsync(Transactions.Put("/late", "1"), Stop));
        }

        Array.ForEach(disks, disk => disk.Free());

        await RequireWholeAsync(cluster, load);
        Assert.Null(await cluster.Nodes[0].GetAsync("/late", Stop));
    }

    /// <summary>The first nodes have their directories on small disks.</summary>
    private static Task<RaftCluster> StartAsync(Func<int, SmallDisk> diskOf, int small)
    {
        var nodes = new List<string>();
        return RaftCluster.StartAsync(
            3,
            options =>
            {
                if (!nodes.Contains(options.SelfAddress))
                {
                    nodes.Add(options.SelfAddress);
                }

                var node = nodes.IndexOf(options.SelfAddress);
                return node < small ? options with { DataDirectory = Path.Combine(diskOf(node).Path, "data"), SnapshotEvery = 100 } : options;
            },
            Stop);
    }

    private static async Task RequireWholeAsync(RaftCluster cluster, Workload load)
    {
        await load.MoreAsync(50);
        load.Session.RequireAlive();
        await load.StopAsync();
        foreach (var node in cluster.Nodes)
        {
            await load.CheckAsync(node);
        }
    }
}
