using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Holdfast.Stores.Raft;

namespace Holdfast.Bench.Stores;

/// <summary>Three voters of the embedded store without databases: how long a commit takes, and how long an election.</summary>
internal sealed class RaftMeasurement(IReadOnlyList<string> program, Figures figures, Action<string> say, TimeProvider time)
{
    private const int Voters = 3;
    private const int Warm = 500;
    private const int Commits = 4000;
    private const int Elections = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken stopping)
    {
        await using var voters = new VoterProcesses(program, Voters, time);
        voters.StartAll();
        await CommitAsync(voters, stopping);
        for (var election = 0; election < Elections; election++)
        {
            await LoseLeaderAsync(voters, stopping);
        }
    }

    private async Task CommitAsync(VoterProcesses voters, CancellationToken stopping)
    {
        await using var store = voters.Client([await voters.LeaderAsync(stopping)]);
        var milliseconds = new List<double>(Commits);
        for (var commit = 0; commit < Warm + Commits; commit++)
        {
            var began = time.GetTimestamp();
            if (!await PutAsync(store, commit, stopping))
            {
                throw new DemoException("the embedded store did not confirm a write while nothing was wrong");
            }

            if (commit >= Warm)
            {
                milliseconds.Add(time.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        milliseconds.Sort();
        figures.Add("raft_commit_p50_ms", "ms", milliseconds[Commits / 2]);
        figures.Add("raft_commit_p99_ms", "ms", milliseconds[Commits * 99 / 100]);
        say(string.Create(CultureInfo.InvariantCulture, $"  a commit takes {milliseconds[Commits / 2]:0.0} ms, and 99 of 100 at most {milliseconds[Commits * 99 / 100]:0.0} ms"));
    }

    /// <summary>From the kill to the first write that is confirmed afterwards, by a client that never stops trying.</summary>
    private async Task LoseLeaderAsync(VoterProcesses voters, CancellationToken stopping)
    {
        var leader = await voters.LeaderAsync(stopping);
        await using var store = voters.Client(voters.Addresses.Where(address => address != leader));
        await PutAsync(store, 0, stopping);
        var began = time.GetTimestamp();
        await voters.KillAsync(voters.IndexOf(leader));
        while (!await PutAsync(store, 1, stopping))
        {
            if (time.GetElapsedTime(began) > Limit)
            {
                throw new DemoException("the embedded store elected nobody");
            }
        }

        var gap = time.GetElapsedTime(began).TotalSeconds;
        figures.Add("raft_leader_loss_s", "s", gap);
        say(string.Create(CultureInfo.InvariantCulture, $"  a lost leader of the store: {gap:0.00} s until the next write"));
        voters.Start(voters.IndexOf(leader));
        await voters.LeaderAsync(stopping);
    }

    private static async Task<bool> PutAsync(RaftStoreClient store, int number, CancellationToken stopping)
    {
        try
        {
            var put = new StoreWrite.Put("/bench/key", string.Create(CultureInfo.InvariantCulture, $"{number}"), null);
            return (await store.CommitAsync(new StoreTransaction([], [put]), stopping)).Outcome == CommitOutcome.Committed;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
