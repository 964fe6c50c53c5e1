using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft;

namespace Holdfast.Bench.Stores;

/// <summary>Three voters of the embedded store without databases: how long a commit takes, and how long an election.</summary>
internal sealed class RaftMeasurement(IReadOnlyList<string> program, Figures figures, Action<string> say, TimeProvider time)
{
    private const int Voters = 3;
    private const int Warm = 500;
    private const int Commits = 4000;
    private const int Elections = 5;
    private const string Password = "bench";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly IReadOnlyList<int> ports = FreePorts.Take(Voters);
    private readonly ChildProcess?[] processes = new ChildProcess?[Voters];

    public async Task RunAsync(CancellationToken stopping)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-voters-").FullName;
        try
        {
            for (var voter = 0; voter < Voters; voter++)
            {
                Start(directory, voter);
            }

            await CommitAsync(stopping);
            for (var election = 0; election < Elections; election++)
            {
                await LoseLeaderAsync(directory, stopping);
            }
        }
        finally
        {
            for (var voter = 0; voter < Voters; voter++)
            {
                await KillAsync(voter);
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task CommitAsync(CancellationToken stopping)
    {
        var leader = await LeaderAsync(stopping);
        await using var store = Client([leader]);
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
    private async Task LoseLeaderAsync(string directory, CancellationToken stopping)
    {
        var leader = await LeaderAsync(stopping);
        var voter = ports.ToList().FindIndex(port => Address(port) == leader);
        await using var store = Client([.. ports.Select(Address).Where(address => address != leader)]);
        await PutAsync(store, 0, stopping);
        var began = time.GetTimestamp();
        await KillAsync(voter);
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
        Start(directory, voter);
        await LeaderAsync(stopping);
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

    /// <summary>Waits until all voters answer and agree on a leader.</summary>
    private async Task<string> LeaderAsync(CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < Limit)
        {
            var leaders = await Task.WhenAll(ports.Select(port => LeaderAtAsync(port, stopping)));
            if (leaders is [{ } first, ..] && leaders.All(leader => leader == first))
            {
                return first;
            }

            await Task.Delay(Look, time, stopping);
        }

        throw new DemoException("the voters of the embedded store did not agree on a leader");
    }

    private async Task<string?> LeaderAtAsync(int port, CancellationToken stopping)
    {
        await using var node = Client([Address(port)]);
        try
        {
            return (await node.GetStatusAsync(stopping)).Leader;
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private RaftStoreClient Client(IReadOnlyList<string> addresses) =>
        new(new RaftClientOptions { Addresses = [.. addresses], Password = Password, RequestTimeout = TimeSpan.FromSeconds(2) }, time);

    private void Start(string directory, int voter)
    {
        var file = Path.Combine(directory, FormattableString.Invariant($"voter{voter}.yml"));
        var partners = ports.Where((_, index) => index != voter).Select(Address);
        File.WriteAllText(file, $$"""
            scope: bench
            raft:
              self_addr: {{Address(ports[voter])}}
              partner_addrs: [{{string.Join(", ", partners)}}]
              data_dir: {{Path.Combine(directory, FormattableString.Invariant($"voter{voter}"))}}
              password: {{Password}}
            """);
        processes[voter] = ChildProcess.Start([.. program, "witness", file], Path.ChangeExtension(file, ".log"), directory);
    }

    private async Task KillAsync(int voter)
    {
        if (processes[voter] is not { } process)
        {
            return;
        }

        while (ProcessTable.Send(process.Entry, Signal.Kill))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
        }

        process.Dispose();
        processes[voter] = null;
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
