using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Faults;

/// <summary>
/// Writers that never stop, a session that is kept alive and a watcher, through clients that go from node to node; at the end
/// they say what the store must still know.
/// </summary>
internal sealed class Workload : IAsyncDisposable
{
    public const string Keys = "/load/";
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    private readonly List<RaftStoreClient> clients = [];
    private readonly CancellationTokenSource stopping;
    private readonly ConcurrentDictionary<string, Revision> confirmed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Revision> watched = new();
    private readonly List<string> addresses;
    private readonly string? password;
    private readonly List<Task> running = [];
    private Task watching = Task.CompletedTask;
    private Revision start;
    private volatile bool isCounting = true;

    private Workload(RaftCluster cluster, CancellationToken cancellationToken)
    {
        addresses = cluster.Addresses;
        password = cluster.OptionsOf(cluster.Addresses[0]).Password;
        stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    private static CancellationToken Limit => TestContext.Current.CancellationToken;

    public int ConfirmedCount => confirmed.Count;

    public KeptSession Session { get; private set; } = null!;

    /// <param name="cluster">Its nodes of now; clients find others only when they are told.</param>
    /// <param name="writers">How many write at once.</param>
    /// <param name="timeToLive">Of the session.</param>
    public static async Task<Workload> StartAsync(RaftCluster cluster, int writers, TimeSpan timeToLive)
    {
        var load = new Workload(cluster, Limit);
        load.start = (await load.NewClient().ReadSurelyAsync(Keys, Limit)).Revision;
        load.Session = await KeptSession.StartAsync(load.NewClient(), timeToLive, load.stopping.Token);
        load.watching = load.WatchAsync(load.NewClient());
        load.running.AddRange(Enumerable.Range(0, writers).Select(writer => load.WriteAsync(load.NewClient(), writer)));
        await load.MoreAsync(10);
        return load;
    }

    /// <summary>Waits until so many more writes are confirmed.</summary>
    public Task MoreAsync(int writes)
    {
        var goal = ConfirmedCount + writes;
        return Until.TrueAsync(() => ConfirmedCount >= goal);
    }

    /// <summary>Writes on for so long, whether they are confirmed or not.</summary>
    public static async Task WhileAsync(TimeSpan duration)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration;)
        {
            await Task.Delay(Breath, Limit);
        }
    }

    /// <summary>What is confirmed from now on may be lost: it came too late to count.</summary>
    public void StopCounting() => isCounting = false;

    public void Count() => isCounting = true;

    /// <summary>Stops the writers and the session, and has the watcher see everything first.</summary>
    public async Task StopAsync()
    {
        isCounting = false;
        var last = confirmed.Values.DefaultIfEmpty(start).Max();
        await Until.TrueAsync(() => watching.IsCompleted || (!watched.IsEmpty && watched.Max() >= last));

        await stopping.CancelAsync();
        await Task.WhenAll([.. running, watching, Session.Ended]);
    }

    /// <summary>Every confirmed write is there, and the watcher saw each once and in order.</summary>
    public async Task<StoreImage> CheckAsync(IConsensusStore store)
    {
        var image = await store.ReadSurelyAsync(Keys, Limit);
        var present = image.Entries.ToDictionary(entry => entry.Key, entry => entry.Modified, StringComparer.Ordinal);
        Assert.DoesNotContain(confirmed, write => !present.TryGetValue(write.Key, out var modified) || modified != write.Value);
        var seen = watched.ToArray();
        Assert.Equal(seen.Distinct().Order(), seen);
        Assert.Empty(confirmed.Values.Except(seen));
        return image;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll([.. running, watching, Session.Ended]);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        stopping.Dispose();
    }

    private RaftStoreClient NewClient()
    {
        var client = new RaftStoreClient(
            new RaftClientOptions { Addresses = [.. addresses.Skip(clients.Count % addresses.Count), .. addresses], Password = password }, TimeProvider.System);
        clients.Add(client);
        return client;
    }

    private async Task WriteAsync(RaftStoreClient client, int writer)
    {
        for (var number = 0; !stopping.IsCancellationRequested; number++)
        {
            var key = FormattableString.Invariant($"{Keys}{writer}/{number:D6}");
            try
            {
                var result = await client.CommitAsync(Transactions.Put(key, "x"), stopping.Token);
                if (result.Outcome == CommitOutcome.Committed && isCounting)
                {
                    confirmed[key] = result.Revision;
                }

                await Task.Delay(Breath, stopping.Token);
            }
            catch (StoreUnavailableException)
            {
                // Nothing was written; the next one may be.
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task WatchAsync(RaftStoreClient client)
    {
        try
        {
            await foreach (var change in client.WatchAsync(Keys, start, stopping.Token))
            {
                watched.Enqueue(change.Revision);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // All is seen.
        }
    }
}
