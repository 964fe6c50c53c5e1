using System.Collections.Immutable;
using Holdfast.Model;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Kubernetes;

/// <summary>
/// Ends the sessions that nobody renews. Kubernetes has no time to live, so whoever watches counts: from when it saw a Lease's version, on its own
/// clock. The Lease is deleted only in the version that was seen, so one that lost its watch, or was frozen, can end nothing that lives.
/// </summary>
internal sealed partial class SessionEndings(
    KubernetesCalls calls, ClusterObject cluster, KubernetesSessions sessions, Disturbances disturbances, KubernetesStoreOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, Seen> leases = new(StringComparer.Ordinal);
    private readonly Complaints complaints = new(time);

    private string ListPath =>
        $"{calls.PathOf(KubernetesSessions.Resource)}?labelSelector={Uri.EscapeDataString(string.Join(',', options.AllLabels.Select(label => $"{label.Key}={label.Value}")))}";

    /// <summary>Watches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Complain(await FollowAsync(cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The edge of a loop, without which no session would end any more.
            catch (Exception trouble)
#pragma warning restore CA1031
            {
                disturbances.Note();
                Complain(trouble.Message);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Lists, then watches; answers why everything must be listed anew.</summary>
    private async Task<string> FollowAsync(CancellationToken cancellationToken)
    {
        var position = await ListAsync(cancellationToken);
        while (true)
        {
            var (watch, trouble) = await KubernetesWatch.OpenAsync(calls, KubernetesSessions.Resource, ListPath, position, options.WatchLife, time, cancellationToken);
            if (watch is null)
            {
                return trouble;
            }

            await using (watch)
            {
                if (await FollowAsync(watch, at => position = at, cancellationToken) is { Length: > 0 } why)
                {
                    return why;
                }
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Follows one watch; empty when it ended in good order.</summary>
    private async Task<string> FollowAsync(KubernetesWatch watch, Action<long> reached, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await EndDueAsync(cancellationToken))
            {
                return "a session was renewed without this watch having shown it";
            }

            switch (await watch.NextAsync(UntilNextDue(), cancellationToken))
            {
                case WatchNews.Bookmark bookmark:
                    reached(bookmark.Version);
                    break;
                case WatchNews.Changed change:
                    await TakeAsync(change, cancellationToken);
                    reached(StateDocuments.VersionOf(change.Object.Metadata));
                    break;
                case WatchNews.Over over:
                    return over.Why;
            }
        }
    }

    /// <summary>The marks are read before the Leases: one without a Lease then is one whose Lease is gone, not one that is being opened.</summary>
    private async Task<long> ListAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var marked = (await cluster.ReadAsync(began, cancellationToken)).Sessions;
        var call = KubernetesCall.List(KubernetesSessions.Resource, ListPath);
        var answer = await calls.AskAsync(call, began, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw new NoAnswerException(calls.Explain(call, answer), null, mayBeDone: false);
        }

        var list = answer.List();
        var there = (list.Items ?? []).Where(lease => sessions.IdOf(lease.Metadata.Name) is not null).ToImmutableDictionary(lease => sessions.IdOf(lease.Metadata.Name) ?? "");
        foreach (var gone in leases.Keys.Except(there.Keys).ToArray())
        {
            leases.Remove(gone);
        }

        foreach (var (id, lease) in there)
        {
            See(id, lease);
        }

        foreach (var gone in marked.Except(there.Keys))
        {
            await sessions.ForgetAsync(gone, cancellationToken);
        }

        return StateDocuments.VersionOf(list.Metadata);
    }

    private async Task TakeAsync(WatchNews.Changed change, CancellationToken cancellationToken)
    {
        if (sessions.IdOf(change.Object.Metadata.Name) is not { } id)
        {
            return;
        }

        if (change.IsGone)
        {
            // Whoever deleted it may have died before it took the keys away.
            leases.Remove(id);
            await sessions.ForgetAsync(id, cancellationToken);
        }
        else
        {
            See(id, change.Object);
        }
    }

    private void See(string id, WireObject lease)
    {
        if (leases.GetValueOrDefault(id) is not { } known || known.Lease.Metadata.ResourceVersion != lease.Metadata.ResourceVersion)
        {
            leases[id] = new Seen(lease, time.GetTimestamp());
        }
    }

    /// <summary>False when a session turned out to live, so that what this watch shows is old.</summary>
    private async Task<bool> EndDueAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, seen) in leases.Where(pair => LeftOf(pair.Value) <= TimeSpan.Zero).ToArray())
        {
            if (!await sessions.EndAsync(id, seen.Lease.Metadata, cancellationToken))
            {
                return false;
            }

            leases.Remove(id);
            LogEnded(new SessionId(id), seen.Lease.Spec?.HolderIdentity ?? "", seen.TimeToLive.TotalSeconds);
        }

        return true;
    }

    private TimeSpan UntilNextDue() => leases.Values.Select(LeftOf).Append(Longest).Min();

    /// <summary>A client that had no answers itself gives everybody their full time again: they may have had none either.</summary>
    private TimeSpan LeftOf(Seen seen) => seen.TimeToLive - time.GetElapsedTime(Math.Max(seen.At, disturbances.Last));

    private void Complain(string why)
    {
        if (complaints.IsDue())
        {
            LogWatchEnded(why);
        }
    }

    private sealed record Seen(WireObject Lease, long At)
    {
        public TimeSpan TimeToLive { get; } = TimeSpan.FromSeconds(Math.Max(1, Lease.Spec?.LeaseDurationSeconds ?? 1));
    }

    [LoggerMessage(2151, LogLevel.Information, "The session {Session} of {Holder} was not renewed for {TimeToLive} s and is ended")]
    private partial void LogEnded(SessionId session, string holder, double timeToLive);

    [LoggerMessage(2152, LogLevel.Warning, "The watch of the sessions begins anew: {Why}")]
    private partial void LogWatchEnded(string why);
}
