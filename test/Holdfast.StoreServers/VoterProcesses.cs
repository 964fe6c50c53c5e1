using System.Globalization;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft;

namespace Holdfast.StoreServers;

/// <summary>Voters of the embedded store as processes of their own, <c>holdfast witness</c>, for as long as they are needed.</summary>
public sealed class VoterProcesses : IAsyncDisposable
{
    private const string Password = "a secret";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-voters-").FullName;
    private readonly IReadOnlyList<string> program;
    private readonly TimeProvider time;
    private readonly ChildProcess?[] processes;

    /// <param name="program">The executable, with what goes before its own arguments.</param>
    /// <param name="voters">How many.</param>
    /// <param name="time">The clock.</param>
    public VoterProcesses(IReadOnlyList<string> program, int voters, TimeProvider time)
    {
        this.program = program;
        this.time = time;
        processes = new ChildProcess?[voters];
        Addresses = [.. FreePorts.Take(voters).Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];
    }

    public IReadOnlyList<string> Addresses { get; }

    public int IndexOf(string address) => Addresses.ToList().IndexOf(address);

    public void StartAll()
    {
        for (var voter = 0; voter < processes.Length; voter++)
        {
            Start(voter);
        }
    }

    public void Start(int voter)
    {
        var file = Path.Combine(directory, FormattableString.Invariant($"voter{voter}.yml"));
        File.WriteAllText(file, $$"""
            scope: voters
            raft:
              self_addr: {{Addresses[voter]}}
              partner_addrs: [{{string.Join(", ", Addresses.Where((_, index) => index != voter))}}]
              data_dir: {{Path.ChangeExtension(file, ".data")}}
              password: {{Password}}
            """);
        processes[voter]?.Dispose();
        processes[voter] = ChildProcess.Start([.. program, "witness", file], Path.ChangeExtension(file, ".log"), directory);
    }

    /// <summary>Sends the signal to these voters, one right after the other.</summary>
    public void Send(Signal signal, params IEnumerable<int> voters)
    {
        foreach (var process in voters.Select(voter => processes[voter]).OfType<ChildProcess>())
        {
            ProcessTable.Send(process.Entry, signal);
        }
    }

    /// <summary>Returns when they are gone.</summary>
    public async Task KillAsync(params IReadOnlyCollection<int> voters)
    {
        Send(Signal.Kill, voters);
        while (voters.Any(voter => processes[voter] is { IsAlive: true }))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
        }
    }

    public RaftStoreClient Client(IEnumerable<string> addresses) =>
        new(new RaftClientOptions { Addresses = [.. addresses], Password = Password, RequestTimeout = TimeSpan.FromSeconds(2) }, time);

    /// <summary>Waits until all voters answer and agree on a leader.</summary>
    public async Task<string> LeaderAsync(CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < Limit)
        {
            var leaders = await Task.WhenAll(Addresses.Select(address => LeaderAtAsync(address, stopping)));
            if (leaders is [{ } first, ..] && leaders.All(leader => leader == first))
            {
                return first;
            }

            await Task.Delay(Look, time, stopping);
        }

        throw new DemoException("the voters of the embedded store did not agree on a leader");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync([.. Enumerable.Range(0, processes.Length)]);
        foreach (var process in processes)
        {
            process?.Dispose();
        }

        Directory.Delete(directory, recursive: true);
    }

    private async Task<string?> LeaderAtAsync(string address, CancellationToken stopping)
    {
        await using var node = Client([address]);
        try
        {
            return (await node.GetStatusAsync(stopping)).Leader;
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }
}
