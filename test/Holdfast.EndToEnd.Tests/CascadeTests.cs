using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Npgsql;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A standby that streams from another one, as its operator wants it.</summary>
public sealed class CascadeTests : ToldCluster
{
    private const string Streams = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name = ";
    private const string Restart = "SELECT restart_lsn::text FROM pg_replication_slots WHERE slot_name = ";
    private const string Slots = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = ";

    [Fact]
    public async Task A_member_streams_from_the_standby_that_it_names_and_from_the_leader_while_that_one_is_gone()
    {
        await CreateAsync("cascade", null);
        Cluster.Start();
        await WholeAsync();
        var leader = Cluster.Member(LeaderName());
        var middle = Cluster.Members.First(member => member != leader);
        var last = Cluster.Members.Last(member => member != leader);

        await File.AppendAllTextAsync(last.Plan.ConfigurationFile, $"\ntags: {{replicatefrom: {middle.Name}, nofailover: true, nosync: true}}\n", Stop);
        await HoldfastAsync(leader, "reload", "--force", Cluster.Plan.Scope, last.Name);
        await StreamsAsync(last, middle);

        middle.KillAll();
        await StreamsAsync(last, leader);
        middle.Start();
        await StreamsAsync(last, middle);

        // What the leader holds for it follows where it is, and so holds no log for ever.
        var before = await ReadAsync(leader, $"{Restart}'{last.Name}'");
        await DoAsync(leader, "CREATE TABLE growing AS SELECT generate_series(1, 100000)");
        await Until.TrueAsync(
            async () => !Equals(before, await ReadAsync(leader, $"{Restart}'{last.Name}'")),
            () => $"{leader.Name}'s slot of {last.Name} stays at {before}");

        // Who led holds nothing for others once it follows.
        await HoldfastAsync(leader, "switchover", Cluster.Plan.Scope, "--candidate", middle.Name, "--force");
        await Until.TrueAsync(async () => Equals(0L, await ReadAsync(leader, $"{Slots}'{middle.Name}'")), () => $"{leader.Name} keeps a slot for {middle.Name}");
        await WholeAsync();
    }

    private async Task StreamsAsync(LoopbackMember member, LoopbackMember upstream) => await Until.TrueAsync(
        async () => Equals(1L, await ReadAsync(upstream, $"{Streams}'{member.Name}'")),
        () => $"{member.Name} does not stream from {upstream.Name}");

    /// <summary>Null while nobody answers there.</summary>
    private async Task<object?> ReadAsync(LoopbackMember member, string query)
    {
        try
        {
            await using var source = CanaryHost.Of(Cluster.Plan, member.Plan).Connections();
            await using var command = source.CreateCommand(query);
            return await command.ExecuteScalarAsync(Stop);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
