using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>
/// Writers that never stop, a session that is kept alive and a watcher, through clients that go from node to node; at the end
/// they say what the store must still know.
/// </summary>
public sealed class Workload : IAsyncDisposable
{
    public const string Keys = "/load/";
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    private readonly List<IConsensusStore> clients = [];
    private readonly Func<IConsensusStore> connect;
    private readonly CancellationTokenSource stopping;
    private readonly ConcurrentDictionary<string, Revision> confirmed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Revision> watched = new();
    private readonly List<Task> running = [];
    private Task watching = Task.CompletedTask;
    private Revision start;
    private volatile bool isCounting = true;

    private Workload(Func<IConsensusStore> connect, CancellationToken cancellationToken)
    {
        this.connect = connect;
        stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    private static CancellationToken Limit => TestContext.Current.CancellationToken;

    public int ConfirmedCount => confirmed.Count;

    public KeptSession Session { get; private set; } = null!;

    /// <param name="connect">Makes a client; this disposes of it.</param>
    /// <param name="writers">How many write at once.</param>
    /// <param name="timeToLive">Of the session.</param>
    public static async Task<Workload> StartAsync(Func<IConsensusStore> connect, int writers, TimeSpan timeToLive)
    {
        var load = new Workload(connect, Limit);
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

    private IConsensusStore NewClient()
    {
        var client = connect();
        clients.Add(client);
        return client;
    }

    private async Task WriteAsync(IConsensusStore client, int writer)
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

    private async Task WatchAsync(IConsensusStore client)
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
