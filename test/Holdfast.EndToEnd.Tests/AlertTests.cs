using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.StoreServers;
using Npgsql;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Real faults, and what a person's chat is told of them.</summary>
public sealed class AlertTests : ToldCluster
{
    private const int Writers = 2;
    private const int DiskMegabytes = 1024;

    [Fact]
    public async Task A_replica_that_does_not_replay_and_a_disk_that_fills_up_are_warned_of_and_so_is_their_end()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make a small disk");
        await CreateAsync("late", null);
        using var disks = new SmallDisks([Cluster.Members[2].Plan.Directory], DiskMegabytes);
        try
        {
            Cluster.Start();
            await WholeAsync();
            var late = Cluster.Members.First(member => member.Name != LeaderName());
            await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(Cluster.Plan), Writers, TimeProvider.System, Stop);
            await DoAsync(late, "SELECT pg_wal_replay_pause()");

            var ballast = SmallDisks.Fill(Cluster.Members[2].Plan.Directory, 7);
            await TellsAsync("warning", "DiskSpaceLow", Cluster.Members[2].Name);
            File.Delete(ballast);
            await TellsAsync("resolved", "DiskSpaceLow", Cluster.Members[2].Name);
            Assert.DoesNotContain(Chat.Messages, message => message.Contains("DiskSpaceCritical", StringComparison.Ordinal));

            // By the rule as it is when nobody has changed it: after a minute.
            await TellsAsync("warning", "ReplicationLag", late.Name);
            await ResumeReplayAsync(late);
            await TellsAsync("resolved", "ReplicationLag", late.Name);
            await NothingElseAsync("DiskSpaceLow", "ReplicationLag");
        }
        finally
        {
            await Cluster.StopAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_standby_that_is_gone_and_a_primary_that_does_not_serve_are_told_as_critical_and_so_is_their_end()
    {
        await CreateAsync("gone", null);
        Cluster.Start();
        await WholeAsync();
        var leader = Cluster.Member(LeaderName());
        var standby = Cluster.Members.Last(member => member != leader);

        standby.KillAll();
        await TellsAsync("critical", "StandbyNotConnected", standby.Name);

        // It was a voter of the embedded store as well.
        await TellsAsync("warning", "StoreMemberLost", null);
        standby.Start();
        await TellsAsync("resolved", "StandbyNotConnected", standby.Name);
        await TellsAsync("resolved", "StoreMemberLost", null);

        await HoldfastAsync(leader, "pause", "--wait", Cluster.Plan.Scope);
        Assert.True(leader.KillPostmaster());
        await TellsAsync("critical", "PrimaryUnavailable", null);
        await HoldfastAsync(leader, "resume", "--wait", Cluster.Plan.Scope);
        await TellsAsync("resolved", "PrimaryUnavailable", null);
        await WholeAsync();
    }

    [Fact]
    public async Task The_loss_of_the_embedded_stores_majority_is_told_by_the_member_that_is_left()
    {
        await CreateAsync("alone", null);
        Cluster.Start();
        await WholeAsync();
        var left = Cluster.Members[0];
        foreach (var lost in Cluster.Members.Skip(1))
        {
            lost.KillAll();
        }

        await TellsAsync("critical", "QuorumLost", null);
        Assert.Contains("QuorumLost", await HoldfastAsync(left, "alerts", Cluster.Plan.Scope), StringComparison.Ordinal);
        foreach (var lost in Cluster.Members.Skip(1))
        {
            lost.Start();
        }

        await TellsAsync("resolved", "QuorumLost", null);
        await WholeAsync();
    }

    [Fact]
    public async Task A_store_apart_without_a_majority_is_told_by_every_member_for_itself()
    {
        await using var etcd = await EtcdCluster.StartAsync(3, TimeProvider.System, Stop);
        await CreateAsync("storeless", etcd.Section);
        Cluster.Start();
        await WholeAsync();

        etcd.Kill(0);
        await TellsAsync("warning", "StoreMemberLost", null);
        Assert.Empty(Heard("critical", "QuorumLost", null));
        etcd.Kill(1);
        await TellsAsync("critical", "QuorumLost", null);
        await UntilAsync(() => Cluster.Members.All(member => Heard("critical", "QuorumLost", null).Any(message => message.Contains($"{member.Name} says so", StringComparison.Ordinal))), "not every member has told");

        await etcd.StartAllAsync(Stop);
        foreach (var member in Cluster.Members)
        {
            await TellsAsync("resolved", "QuorumLost", member.Name);
        }

        await WholeAsync();
    }

    /// <summary>What is replayed next may conflict with the very statement that lets it go on, which is then cancelled, before or after its work.</summary>
    private async Task ResumeReplayAsync(LoopbackMember member)
    {
        var isTaken = false;
        while (!isTaken)
        {
            try
            {
                await DoAsync(member, "SELECT pg_wal_replay_resume()");
                isTaken = true;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                // "canceling statement due to conflict with recovery"
            }
        }
    }
}
