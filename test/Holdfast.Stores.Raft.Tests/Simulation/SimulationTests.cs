using Holdfast.Stores.Raft.Consensus;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Simulation;

public sealed class SimulationTests
{
    [Theory]
    [InlineData(3, 1, 100)]
    [InlineData(3, 1000, 60)]
    [InlineData(5, 2000, 60)]
    [InlineData(5, 3000, 40)]
    public void Whatever_goes_wrong_the_log_stays_one_and_nothing_confirmed_is_lost(int voters, int firstSeed, int seeds)
    {
        var (writes, reads, kept, leaders) = (0, 0, 0, 0);
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            var world = Run(seed, voters, acknowledgesBeforeSync: false);
            writes += world.Clients.Writes;
            reads += world.Clients.Reads;
            kept += world.Clients.Kept;
            leaders += world.Check.Leaders;
        }

        // The faults must leave room for the thing under test to happen.
        TestContext.Current.TestOutputHelper?.WriteLine($"{writes} writes, {reads} reads, {kept} keep-alives, {leaders} reigns");
        Assert.True(writes > seeds * 50, $"{writes} writes in {seeds} runs");
        Assert.True(kept > seeds, $"{kept} keep-alives in {seeds} runs");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_member_that_cannot_hear_the_leader_disrupts_nobody(int voters)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var world = new World(seed, voters);
            string leader = "", deaf = "";
            var (term, reigns) = (0L, 0);
            world.RunUndisturbed(
                TimeSpan.FromSeconds(5),
                () =>
                {
                    (leader, term, reigns) = (world.Leader.Name, world.Leader.Core.Term, world.Check.Leaders);
                    deaf = world.Leader.Core.Configuration.Voters.First(voter => voter != leader);
                    world.Network.Cut([leader], [deaf], bothWays: false);
                },
                TimeSpan.FromSeconds(20));

            Assert.Equal((leader, term, reigns), (world.Leader.Name, world.Leader.Core.Term, world.Check.Leaders));
            Assert.NotEqual(leader, world.Nodes[deaf].Core.Leader);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_leader_that_is_cut_off_in_one_direction_is_replaced_once(bool isDeaf)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var world = new World(seed, 3);
            var (leader, reigns) = ("", 0);
            world.RunUndisturbed(
                TimeSpan.FromSeconds(5),
                () =>
                {
                    (leader, reigns) = (world.Leader.Name, world.Check.Leaders);
                    string[] others = [.. world.Nodes.Keys.Where(name => name != leader)];
                    world.Network.Cut(isDeaf ? others : [leader], isDeaf ? [leader] : others, bothWays: false);
                },
                TimeSpan.FromSeconds(20));

            Assert.NotEqual(leader, world.Leader.Name);
            Assert.Equal(reigns + 1, world.Check.Leaders);
            Assert.NotEqual(RaftRole.Leader, world.Nodes[leader].Core.Role);
        }
    }

    [Fact]
    public void Confirming_what_is_not_on_disk_is_noticed()
    {
        var noticed = Enumerable.Range(1, 100).Count(seed =>
        {
            try
            {
                Run(seed, 3, acknowledgesBeforeSync: true);
                return false;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        });

        Assert.True(noticed > 0, "no seed noticed that followers confirmed entries before they were on disk");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var (one, other) = (Run(7, 3, acknowledgesBeforeSync: false), Run(7, 3, acknowledgesBeforeSync: false));

        Assert.Equal(one.Check.Committed, other.Check.Committed);
        Assert.Equal(one.Clients.Writes, other.Clients.Writes);
        Assert.Equal(
            one.Nodes.Values.Select(node => Convert.ToHexString(node.State.Save())),
            other.Nodes.Values.Select(node => Convert.ToHexString(node.State.Save())));
    }

    private static World Run(int seed, int voters, bool acknowledgesBeforeSync)
    {
        var world = new World(seed, voters) { AcknowledgesBeforeSync = acknowledgesBeforeSync };
        try
        {
            world.Run(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(8));
            return world;
        }
        catch (Exception violation)
        {
            throw new InvalidOperationException($"replay with: Run({seed}, {voters}, {acknowledgesBeforeSync}); at {world.Now}: {violation.Message}", violation);
        }
    }
}
