using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Api.Contracts.Audit;
using Holdfast.ClusterState;
using Holdfast.Model;
using Holdfast.Model.Access;
using Holdfast.Ports;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent.Store;

/// <summary>What the store holds about this cluster, kept current by a watch; it wakes the loop when something changed.</summary>
internal sealed partial class ClusterCache(
    IConsensusStore store,
    ClusterKeys keys,
    IAgentSignal signal,
    TimeProvider time,
    ILogger<ClusterCache> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookAgainAfterSetback = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, StoreEntry> entries = new(StringComparer.Ordinal);
    private Revision revision = Revision.Absent;
    private Revision? leaderlessSince;
    private TimeSpan confirmedAt;
    private bool isKnown;
    private volatile StoreSetback? setback;
    private volatile bool mayHaveLostAll;
    private volatile bool isDoubtful;
    private CancellationTokenSource? watching;
    private StoreView? view;
    private ImmutableArray<AuditEntry>? audit;
    private ImmutableArray<AuditEntry>? attempts;
    private ImmutableArray<AccessToken>? tokens;
    private readonly ConcurrentQueue<Action> arrived = new();
    private readonly Complaint loss = new(time);

    /// <summary>The dynamic configuration as the store holds it; null when it holds none.</summary>
    public string? Configuration => entries.GetValueOrDefault(keys.Config)?.Value;

    /// <summary>The last one that it held: what the cluster goes by when the store has lost it.</summary>
    public string? LastConfiguration { get; private set; }

    public StoreView View => view ??= Compose();

    /// <summary>What was done to the cluster, oldest first.</summary>
    public ImmutableArray<AuditEntry> Audit => audit ??= AuditTrail.Read(keys, entries.Values);

    /// <summary>Logins and refused requests, oldest first.</summary>
    public ImmutableArray<AuditEntry> Attempts => attempts ??= AuditTrail.ReadAttempts(keys, entries.Values);

    /// <summary>Who may do what, by hashes of tokens.</summary>
    public ImmutableArray<AccessToken> Tokens => tokens ??= TokenDocuments.Read(Entry(keys.Tokens));

    public StoreEntry? Entry(string key) => entries.GetValueOrDefault(key);

    /// <summary>Takes up what the watch has brought since the last turn, and says whether there was any. Only the loop calls this, so only the loop sees it change.</summary>
    public bool TakeUp()
    {
        var isNews = false;
        while (arrived.TryDequeue(out var news))
        {
            news();
            isNews = true;
        }

        return isNews;
    }

    /// <summary>Reads everything, then follows the changes, and begins again whenever the watch is lost.</summary>
    public async Task FollowAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                isDoubtful = false;
                var began = time.GetElapsedTime(0);
                var image = await store.ReadAsync(keys.Prefix, stopping);
                Arrive(() => Load(image, began));
                await WatchAsync(image.Revision, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is StoreUnavailableException or StoreCompactedException or OperationCanceledException)
            {
                Complain(exception.Message);
            }

            await Task.Delay(setback is null ? RetryAfter : LookAgainAfterSetback, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>
    /// The store has acted on grounds that the watch has not brought: what it brings may be nothing but silence, so everything is read.
    /// </summary>
    public void ReadAgain()
    {
        isDoubtful = true;
        try
        {
            Volatile.Read(ref watching)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // That watch has just ended by itself.
        }
    }

    /// <summary>The operator has deleted the cluster's keys from a store that went back: when nothing is left of them, that is believed.</summary>
    public void BelieveLoss() => mayHaveLostAll = true;

    private async Task WatchAsync(Revision after, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Volatile.Write(ref watching, ending);
        try
        {
            // After the field was written: whoever doubts the image from now on ends this watch.
            if (!isDoubtful)
            {
                await foreach (var change in store.WatchAsync(keys.Prefix, after, ending.Token))
                {
                    if (loss.IsOver())
                    {
                        LogFollowed();
                    }

                    Arrive(() => Apply(change));
                }

                Complain("the store ended it");
            }
        }
        catch (OperationCanceledException) when (isDoubtful && !stopping.IsCancellationRequested)
        {
            // It is read again.
        }
        finally
        {
            Volatile.Write(ref watching, null);
        }
    }

    private void Complain(string why)
    {
        if (loss.IsDue(why))
        {
            LogWatchEnded(why);
        }
    }

    private void Arrive(Action news)
    {
        arrived.Enqueue(news);
        signal.Wake();
    }

    private void Load(StoreImage image, TimeSpan began)
    {
        if (SetbackOf(image) is { } found && !(mayHaveLostAll && IsWrittenAnew(image)))
        {
            if (setback is null)
            {
                LogWentBack(found.Seen, found.Shown, found.Key ?? "the revision");
            }

            // What it first showed is what was restored; whatever is newer was written since.
            setback = setback is { } first ? found with { Shown = first.Shown } : found;
            view = null;
            ReadAgain();
            return;
        }

        setback = null;
        mayHaveLostAll = false;
        entries.Clear();
        foreach (var entry in image.Entries)
        {
            entries[entry.Key] = entry;
        }

        isKnown = true;
        Advance(image.Revision);
        confirmedAt = began;
    }

    private void Apply(StoreChange change)
    {
        if (change.Revision <= revision || setback is not null)
        {
            return;
        }

        foreach (var entry in change.Written)
        {
            entries[entry.Key] = entry;
        }

        foreach (var key in change.Deleted)
        {
            entries.Remove(key);
        }

        Advance(change.Revision);
    }

    /// <summary>Nothing is left of what was restored: the keys are gone, or others have written them anew already.</summary>
    private bool IsWrittenAnew(StoreImage image) =>
        image.Entries.IsEmpty || (setback is { } first && image.Entries.All(entry => entry.Modified > first.Shown));

    /// <summary>A revision never falls, nor does that of a key that is still there. A deleted key that is back has a newer one.</summary>
    private StoreSetback? SetbackOf(StoreImage image)
    {
        var older = image.Entries.FirstOrDefault(entry => entries.GetValueOrDefault(entry.Key) is { } known && entry.Modified < known.Modified);
        return image.Revision < revision || older is not null ? new StoreSetback(revision, image.Revision, older?.Key) : null;
    }

    private void Advance(Revision reached)
    {
        revision = reached;
        LastConfiguration = Configuration ?? LastConfiguration;
        leaderlessSince = entries.ContainsKey(keys.Leader) ? null : leaderlessSince ?? reached;
        view = null;
        audit = null;
        attempts = null;
        tokens = null;
    }

    private StoreView Compose() => StoreViews.Of(keys, entries) with
    {
        IsKnown = isKnown,
        ConfirmedAt = confirmedAt,
        Revision = revision,
        Setback = setback,
        LeaderlessSince = leaderlessSince,
    };

    [LoggerMessage(1102, LogLevel.Critical, "The store went back from revision {Seen} to {Shown} ({What} is older than it was): a restored backup or a stale server. Nothing is done on its word until it is right again, or the cluster's keys are deleted from it and this agent is told to reload")]
    private partial void LogWentBack(Revision seen, Revision shown, string what);

    [LoggerMessage(1101, LogLevel.Warning, "The store is not followed ({Why}); everything is read again as soon as it answers")]
    private partial void LogWatchEnded(string why);

    [LoggerMessage(1103, LogLevel.Information, "The watch of the store brings changes again")]
    private partial void LogFollowed();
}
