using System.Diagnostics;
using System.Globalization;
using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>A leader of etcd that was frozen must not end leases that were kept at its successor: etcd's issue 15247.</summary>
public abstract class FrozenLeaderTests(EtcdBinaries binaries)
{
    /// <summary>One in every run; more when it is to be measured.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("HOLDFAST_ETCD_ROUNDS") ?? "1", CultureInfo.InvariantCulture);
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_session_that_is_kept_outlives_the_thaw_of_a_leader_that_was_frozen()
    {
        await using var cluster = await EtcdStores.StartAsync(new EtcdClusterOptions { Servers = 3, Binaries = binaries }, Stop);
        var early = new List<string>();
        for (var round = 1; round <= Rounds; round++)
        {
            if (await FindEndAsync(cluster) is { } end)
            {
                early.Add(end);
                TestContext.Current.SendDiagnosticMessage($"round {round}: ended {end}");
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{binaries.Directory}: {early.Count} of {Rounds} rounds ended the session early");
        Assert.Empty(early);
    }

    /// <summary>When a session ended that was kept all the time; null when it did not.</summary>
    private static async Task<string?> FindEndAsync(EtcdStores cluster)
    {
        var leader = await cluster.Etcd.LeaderAsync(Stop);
        await using var store = cluster.Open(leader, options => options with { Endpoints = options.Endpoints.RemoveAt(0) });
        var session = await store.OpenSessionAsync(TimeToLive, Stop);
        await store.CommitSurelyAsync(Transactions.PutUnder(session, "/lease/key"), Stop);
        cluster.Etcd.Freeze(leader);
        var during = await KeepAsync(store, session, Freeze);
        cluster.Etcd.Thaw(leader);
        var after = await KeepAsync(store, session, After);
        var key = await store.GetAsync("/lease/key", Stop) is null ? "gone" : "there";
        await store.CloseSessionAsync(session, Stop);
        return (during, after) switch
        {
            ({ } end, _) => $"{end} after the freeze, its key {key}",
            (_, { } end) => $"{end} after the thaw, its key {key}",
            _ => null,
        };
    }

    /// <summary>When it had ended, and how long its renewals took at most.</summary>
    private static async Task<string?> KeepAsync(EtcdStore store, SessionId session, TimeSpan duration)
    {
        var gap = TimeSpan.Zero;
        var alive = TimeSpan.Zero;
        for (var began = Stopwatch.StartNew(); began.Elapsed < duration; await Task.Delay(Between, Stop))
        {
            var answer = await store.KeepSessionAsync(session, Stop);
            var now = began.Elapsed;
            if (answer == SessionKeeping.Ended)
            {
                return $"{now.TotalSeconds:0.000} s (longest time without an answer {gap.TotalSeconds:0.000} s)";
            }

            if (answer == SessionKeeping.Alive)
            {
                gap = now - alive > gap ? now - alive : gap;
                alive = now;
            }
        }

        return null;
    }
}
