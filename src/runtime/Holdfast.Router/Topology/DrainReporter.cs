using Holdfast.ClusterState;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Router.Clusters;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Topology;

/// <summary>
/// Tells the primary's agent, by a key of this router's own, that clients have paused for a switchover: then nothing of theirs is lost by the
/// stop. The key lives under a session, so a router that has died is not waited for.
/// </summary>
internal sealed partial class DrainReporter : IDisposable
{
    private static readonly TimeSpan SessionLife = TimeSpan.FromSeconds(10);
    private readonly IConsensusStore store;
    private readonly ClusterRouter cluster;
    private readonly string key;
    private readonly string name;
    private readonly TimeSpan budget;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim news = new(0);
    private SessionId? session;
    private Revision? told;
    private Revision? draining;
    private TimeSpan drainingSince;

    public DrainReporter(IConsensusStore store, ClusterRouter cluster, ClusterKeys keys, string name, TimeSpan budget, TimeProvider time, ILogger logger)
    {
        this.store = store;
        this.cluster = cluster;
        this.name = name;
        this.budget = budget;
        this.time = time;
        this.logger = logger;
        key = keys.Router(name);
        cluster.OnChange = Wake;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        var renewedAt = TimeSpan.MinValue;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var now = time.GetElapsedTime(0);
                if (session is null || now - renewedAt > SessionLife / 3)
                {
                    await RenewAsync(stopping);
                    renewedAt = now;
                }

                await TellAsync(stopping);
            }
            catch (Exception exception) when (exception is StoreUnavailableException || (exception is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                // Without a store there is no switchover either.
                renewedAt = TimeSpan.MinValue;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await WaitAsync(stopping);
        }

        await CloseAsync();
    }

    public void Dispose() => news.Dispose();

    private void Wake()
    {
        if (news.CurrentCount == 0)
        {
            news.Release();
        }
    }

    /// <summary>Until there is news, or something is due: a renewal, or the end of the budget.</summary>
    private async Task WaitAsync(CancellationToken stopping)
    {
        var left = draining is null ? SessionLife / 3 : drainingSince + budget - time.GetElapsedTime(0);
        try
        {
            await news.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(10), stopping);
        }
        catch (OperationCanceledException)
        {
            // The router ends.
        }
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        if (session is { } present && await store.KeepSessionAsync(present, stopping) != SessionKeeping.Ended)
        {
            return;
        }

        session = await store.OpenSessionAsync(SessionLife, stopping);
        await WriteAsync(told, stopping);
    }

    private async Task TellAsync(CancellationToken stopping)
    {
        var asked = cluster.Table.Plan.DrainsFor;
        if (asked is null || asked == told)
        {
            draining = null;
            return;
        }

        if (draining != asked)
        {
            draining = asked;
            drainingSince = time.GetElapsedTime(0);
        }

        var attached = cluster.AttachedNow;
        if (attached > 0 && time.GetElapsedTime(0) - drainingSince < budget)
        {
            return;
        }

        if (await WriteAsync(asked, stopping))
        {
            told = asked;
            draining = null;
            LogDrained(cluster.Options.Scope, (time.GetElapsedTime(0) - drainingSince).TotalMilliseconds, attached);
        }
    }

    private async Task<bool> WriteAsync(Revision? drainedFor, CancellationToken stopping)
    {
        var result = await store.CommitAsync(
            new([], [new StoreWrite.Put(key, Documents.ToText(new RouterReport(name, drainedFor)), session)]), stopping);
        session = result.Outcome == CommitOutcome.SessionEnded ? null : session;
        return result.Outcome == CommitOutcome.Committed;
    }

    private async Task CloseAsync()
    {
        if (session is not { } present)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        try
        {
            await store.CloseSessionAsync(present, limit.Token);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
        {
            // It ends by itself.
        }
    }

    [LoggerMessage(3950, LogLevel.Information, "Cluster {Scope}: clients have paused for a switchover after {Milliseconds:0.0} ms; {Attached} are still in a transaction")]
    private partial void LogDrained(string scope, double milliseconds, int attached);
}
