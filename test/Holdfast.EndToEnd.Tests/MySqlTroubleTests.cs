using System.Diagnostics;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using static Holdfast.EndToEnd.Tests.MySqlGroup;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Members of real groups that cannot keep up: each is shown, and none holds the others up for good.</summary>
public sealed class MySqlTroubleTests
{
    private const int Writers = 4;
    private const int DiskMegabytes = 900;

    [Fact]
    public async Task A_primary_whose_disk_is_full_gives_way_to_one_with_room_and_comes_back_when_it_has_room_again()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make a small disk");
        await using var group = Create("full");
        using var disks = new SmallDisks(group.Members.Select(member => member.Plan.Directory), DiskMegabytes);
        group.Start();
        await WholeAsync(group);
        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(group.Plan), Writers, TimeProvider.System, Stop);
        Assert.True(await canary.WaitForWritesAsync(100, Limit, Stop), "the canary cannot write");

        var (primary, at) = (await group.LeaderAsync(Stop), canary.Now);
        var ballast = SmallDisks.Fill(primary.Plan.Directory);
        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "the writes did not come back");
        Assert.NotEqual(primary, await group.LeaderAsync(Stop));
        await ExplainsAsync(group, primary, "bytes free");

        File.Delete(ballast);
        await WholeAsync(group);
        Assert.Empty(await canary.FindLostAsync(Stop));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        await group.StopAsync(Stop);
    }

    [Fact]
    public async Task A_member_that_cannot_apply_what_it_receives_is_shown_with_its_backlog_and_as_the_one_that_slows_the_group()
    {
        await using var group = await StartAsync("slow");
        var primary = await group.LeaderAsync(Stop);
        var slow = group.Members.First(member => member != primary);
        await AskAsync(primary, group, "CREATE DATABASE holdfast; CREATE TABLE holdfast.busy (id bigint AUTO_INCREMENT PRIMARY KEY)");
        await AskAsync(slow, group, "SET GLOBAL group_replication_flow_control_applier_threshold = 10");

        await using (await LockAsync(slow, group))
        {
            await UntilAsync(
                async () =>
                {
                    await AskAsync(primary, group, string.Concat(Enumerable.Repeat("INSERT INTO holdfast.busy VALUES (); ", 20)));
                    var list = await HoldfastAsync(primary, "list", group.Plan.Scope);
                    return list.Contains("slows the group", StringComparison.Ordinal) ? list : null;
                },
                "the list does not show who slows the group");
            await ExplainsAsync(group, primary, $"{slow.Name} slows the group down");
        }

        await UntilAsync(
            async () => await HoldfastAsync(primary, "list", group.Plan.Scope) is { } list && !list.Contains("slows the group", StringComparison.Ordinal) ? list : null,
            "the backlog was not worked off");
        await group.StopAsync(Stop);
    }

    /// <summary>While the connection is open nothing is applied there.</summary>
    private static async Task<IAsyncDisposable> LockAsync(LoopbackMember member, LoopbackCluster group)
    {
        await using var source = CanaryHost.Of(group.Plan, member.Plan).Connections();
        var connection = await source.OpenConnectionAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "FLUSH TABLES WITH READ LOCK";
        await command.ExecuteNonQueryAsync(Stop);
        return connection;
    }

    /// <summary>File systems in memory, one under each directory, as small as is asked for.</summary>
    private sealed class SmallDisks : IDisposable
    {
        private readonly List<string> mounted = [];

        public SmallDisks(IEnumerable<string> directories, int megabytes)
        {
            foreach (var directory in directories)
            {
                var kept = Directory.CreateTempSubdirectory("holdfast-kept-").FullName;
                Run("cp", "-a", directory + "/.", kept);
                Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0711", "tmpfs", directory);
                mounted.Add(directory);
                Run("cp", "-a", kept + "/.", directory);
                Directory.Delete(kept, recursive: true);
            }
        }

        /// <summary>A file that takes all the room there is.</summary>
        public static string Fill(string directory)
        {
            var path = Path.Combine(directory, "ballast");
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            var piece = new byte[1 << 20];
            try
            {
                while (true)
                {
                    file.Write(piece);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                return path;
            }
        }

        public void Dispose() => mounted.ForEach(directory => Run("umount", "-l", directory));

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }
}
