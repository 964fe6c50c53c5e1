using System.Diagnostics;
using Holdfast.Conformance;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

public sealed class FullDiskTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_stops_one_node_until_there_is_room_and_loses_nothing()
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/mount"), "a small file system of one's own needs root and mount");
        var small = Directory.CreateTempSubdirectory("holdfast-small-").FullName;
        await ShellAsync("mount", "-t", "tmpfs", "-o", "size=2m", "none", small);
        try
        {
            await using var cluster = await RaftCluster.StartAsync(
                3, options => options.SelfAddress.EndsWith('0') ? options : options with { SnapshotEvery = 1_000_000 }, Stop);
            var victim = cluster.Addresses[0];
            await cluster.KillNodeAsync(victim);
            await cluster.StartNodeAsync(cluster.OptionsOf(victim) with { DataDirectory = Path.Combine(small, "data") }, Stop);
            await cluster[cluster.Addresses[1]].TransferLeadershipAsync(victim, Stop);

            var value = new string('x', 100_000);
            for (var i = 0; i < 40; i++)
            {
                await cluster[cluster.Addresses[1 + (i % 2)]].PutAsync($"/k/{i}", value, Stop);
            }

            // The two others went on without it, under one of them.
            Assert.NotEqual(victim, (await cluster.LeaderAsync(Stop)).Status.Address);
            await ShellAsync("mount", "-o", "remount,size=64m", small);

            Assert.Equal(40, (await cluster[victim].ReadSurelyAsync("/k/", Stop)).Entries.Length);
            await cluster.KillNodeAsync(cluster.Addresses[1]);
            await cluster[victim].PutAsync("/after", "1", Stop);
            await cluster.KillNodeAsync(victim);
        }
        finally
        {
            await ShellAsync("umount", small);
            Directory.Delete(small);
        }
    }

    private static async Task ShellAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.Equal(0, process.ExitCode);
    }
}
