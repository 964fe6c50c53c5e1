using System.Diagnostics;
using Holdfast.Conformance;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>Figures for the curious; nothing is asserted. Run with -explicit only.</summary>
public sealed class Measurements
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Commits()
    {
        await using var cluster = await RaftCluster.StartAsync(3, options => options with { Password = "a secret" }, Stop);
        await cluster.Nodes[0].PutAsync("/warm", "1", Stop);
        var leader = await cluster.LeaderAsync(Stop);
        var follower = cluster.Nodes.First(node => node != leader);
        foreach (var (name, store) in new[] { ("leader", leader), ("follower", follower) })
        {
            foreach (var writers in new[] { 1, 16 })
            {
                await CommitsAsync(store, writers, 200);
                Print($"{name}, {writers} writers", await CommitsAsync(store, writers, 4000 / writers), writers);
            }

            var reads = new List<double>();
            for (var i = 0; i < 2000; i++)
            {
                var clock = Stopwatch.GetTimestamp();
                await store.ReadAsync("/warm", Stop);
                reads.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            }

            Print($"{name}, reads", reads, 1);
        }
    }

    [Fact(Explicit = true)]
    public async Task A_new_leader_after_the_old_one_died()
    {
        await using var cluster = await RaftCluster.StartAsync(3, options => options, Stop);
        var times = new List<double>();
        for (var round = 0; round < 20; round++)
        {
            await cluster.Nodes[0].PutAsync("/warm", "1", Stop);
            var dying = (await cluster.LeaderAsync(Stop)).Status.Address;
            var survivor = cluster.Nodes.First(node => node.Status.Address != dying);
            var killing = cluster.KillNodeAsync(dying);
            var clock = Stopwatch.GetTimestamp();
            await survivor.PutAsync("/first", $"{round}", Stop);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            await killing;
            await cluster.StartNodeAsync(dying, Stop);
            while (cluster[dying].Status.Leader is null)
            {
                await Task.Delay(10, Stop);
            }
        }

        Print("leader killed to first commit", times, 1);
    }

    [Fact(Explicit = true)]
    public async Task Idling()
    {
        await using var cluster = await RaftCluster.StartAsync(3, options => options with { Password = "a secret" }, Stop);
        await cluster.Nodes[0].PutAsync("/warm", "1", Stop);
        await Task.Delay(3000, Stop);
        var (clock, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.Delay(20_000, Stop);
        var used = (Environment.CpuUsage.TotalTime - cpu) / Stopwatch.GetElapsedTime(clock);
        TestContext.Current.TestOutputHelper?.WriteLine($"idle: {used * 100 / 3:0.000} % of a core per node, mean of a leader and two followers");
    }

    private static async Task<List<double>> CommitsAsync(RaftStore store, int writers, int each)
    {
        var times = await Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            var own = new List<double>();
            for (var i = 0; i < each; i++)
            {
                var clock = Stopwatch.GetTimestamp();
                await store.CommitAsync(Transactions.Put($"/{writer}", $"value {i}"), Stop);
                own.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            }

            return own;
        }));
        return [.. times.SelectMany(own => own)];
    }

    private static void Print(string what, List<double> milliseconds, int parallel)
    {
        milliseconds.Sort();
        double At(double part) => milliseconds[(int)((milliseconds.Count - 1) * part)];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: p50 {At(0.5):0.00} ms, p99 {At(0.99):0.00} ms, max {At(1):0.00} ms, {parallel * 1000 / milliseconds.Average():0} a second");
    }
}
