using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;
using static Holdfast.EndToEnd.Tests.MySqlGroup;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Whole groups of real MySQL servers, broken in the ways that MySQL alone does not come back from.</summary>
[Collection(nameof(OneGroup))]
public sealed class MySqlTests
{
    private const int Writers = 4;

    [Fact]
    public async Task A_group_that_loses_its_primary_its_majority_or_every_server_comes_back_by_itself_with_every_row()
    {
        await using var group = await StartAsync("survivors");
        foreach (var member in group.Members)
        {
            await Until.TrueAsync(
                async () => (await MetricsTests.CheckedPageAsync(member.Plan.RestUrl)).Contains("member_state=\"ONLINE\",member_role=\"PRIMARY\",member_version=\"", StringComparison.Ordinal),
                () => $"{member.Name} does not show the group's primary");
        }

        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(group.Plan), Writers, TimeProvider.System, Stop);

        await BreakAsync(group, canary, primary => [primary]);
        await BreakAsync(group, canary, primary => [primary, group.Members.First(member => member != primary)]);
        await BreakAsync(group, canary, _ => group.Members);

        Assert.Empty(await canary.FindLostAsync(Stop));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        await group.StopAsync(Stop);
    }

    [Fact]
    public async Task A_primary_that_was_frozen_with_its_agent_and_thaws_acknowledges_nothing_and_joins_anew()
    {
        await using var group = await StartAsync("thawing");
        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(group.Plan), Writers, TimeProvider.System, Stop);
        var limits = new FaultLimits { Service = Limit, Redundancy = Limit, Freeze = TimeSpan.FromSeconds(12) };

        var result = await new FaultDrill(group, canary, limits, _ => { }, TimeProvider.System).RunAsync(Fault.Freeze, Stop);

        Assert.True(result.IsGood, $"gap {result.Gap}, redundant after {result.Redundancy}, {result.Lost} lost, {result.SecondWriter} second writes");
        Assert.NotEqual(result.OldPrimary, result.NewPrimary);
        await group.StopAsync(Stop);
    }

    [Fact]
    public async Task A_member_with_transactions_of_its_own_is_kept_out_and_shown_until_an_operator_has_it_copied_anew()
    {
        await using var group = await StartAsync("errant");
        var primary = await group.LeaderAsync(Stop);
        var errant = group.Members.First(member => member != primary);

        Assert.True(await TryAsync(errant, group, "STOP GROUP_REPLICATION; SET GLOBAL super_read_only = OFF; CREATE DATABASE errant", "SHOW DATABASES LIKE 'errant'"));
        await ExplainsAsync(group, errant, "transactions not present in the group");
        var ended = await CommandLine.HoldfastAsync("-c", errant.Plan.ConfigurationFile, "reinit", group.Plan.Scope, errant.Name, "--force");
        Assert.True(ended.Status == 0, ended.All);

        Assert.True(await group.WaitForRedundancyAsync(Limit, null, Stop), "the member did not come back");
        Assert.Equal("", await AskAsync(errant, group, "SHOW DATABASES LIKE 'errant'"));
        await group.StopAsync(Stop);
    }

    [Fact]
    public async Task A_copy_that_is_cut_short_is_made_again()
    {
        await using var group = Create("clones");
        group.Start();
        var victim = await UntilAsync(async () => await StateAsync(group, "creating replica") is { Postmaster: not null } member ? member : null, "no member was copied");
        victim.KillPostmaster();

        Assert.True(await group.WaitForRedundancyAsync(Limit, null, Stop), "the group did not become whole");
        await group.StopAsync(Stop);
    }

    [Fact]
    public async Task A_server_that_is_in_no_group_takes_no_writes_and_a_paused_cluster_leaves_it_so()
    {
        await using var group = await StartAsync("paused");
        var primary = await group.LeaderAsync(Stop);
        var other = group.Members.First(member => member != primary);
        var ended = await CommandLine.HoldfastAsync("-c", primary.Plan.ConfigurationFile, "pause", group.Plan.Scope, "--wait");
        Assert.True(ended.Status == 0, ended.All);

        await TryAsync(other, group, "STOP GROUP_REPLICATION", "SELECT 'done'");
        Assert.Contains("super-read-only", await AskAsync(other, group, "CREATE DATABASE never"), StringComparison.Ordinal);
        await ExplainsAsync(group, other, "paused");

        ended = await CommandLine.HoldfastAsync("-c", primary.Plan.ConfigurationFile, "resume", group.Plan.Scope, "--wait");
        Assert.True(ended.Status == 0, ended.All);
        Assert.True(await group.WaitForRedundancyAsync(Limit, null, Stop), "the member did not come back");
        await group.StopAsync(Stop);
    }

    private static async Task BreakAsync(LoopbackCluster group, CanaryClient canary, Func<LoopbackMember, IReadOnlyList<LoopbackMember>> victims)
    {
        Assert.True(await canary.WaitForWritesAsync(100, Limit, Stop), "the canary cannot write");
        var primary = await group.LeaderAsync(Stop);
        var at = canary.Now;
        foreach (var victim in victims(primary))
        {
            Assert.True(victim.KillPostmaster(), $"{victim.Name} has no server to kill");
        }

        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "the writes did not come back");
        Assert.True(await group.WaitForRedundancyAsync(Limit, null, Stop), "the group did not become whole");
    }
}
