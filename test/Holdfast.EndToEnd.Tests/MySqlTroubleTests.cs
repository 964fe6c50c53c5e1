using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using static Holdfast.EndToEnd.Tests.MySqlGroup;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Members of real groups that cannot keep up: each is shown, and none holds the others up for good.</summary>
[Collection(nameof(OneGroup))]
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
        var ballast = SmallDisks.Fill(primary.Plan.Directory, 0);
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
}
