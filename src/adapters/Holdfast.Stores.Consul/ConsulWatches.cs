using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Holdfast.Model;
using Holdfast.Ports;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Consul;

/// <summary>
/// Follows a prefix by blocking queries: each answer is everything below it, and what differs from the last one is the change
/// (developer.hashicorp.com/consul/api-docs/features/blocking).
/// </summary>
internal sealed partial class ConsulWatches(
    ConsulServers servers, ConsulCalls calls, ConsulStoreOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Consul adds up to a sixteenth of the wait, so that not all come at once.</summary>
    private const double WaitJitter = 1.0 / 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(500);
    private readonly Complaint complaint = new(time);

    public async IAsyncEnumerable<StoreChange> FollowAsync(
        string prefix, StoreImage? known, Revision after, Action<StoreImage> remember, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = known?.Revision == after ? known : throw new StoreCompactedException("Consul keeps no changes, only what is there now: read anew");
        for (var failures = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var server = servers.Current;
            if (await AskAsync(server, prefix, last.Revision, cancellationToken) is not { } answer)
            {
                servers.Leave(server);
                await Task.Delay(++failures <= servers.Count ? Pause : LongPause, time, cancellationToken);
                continue;
            }

            failures = 0;
            complaint.IsOver();
            if (ChangeOf(last, ConsulKeys.Entries(answer), answer.Index, out var next) is { } change)
            {
                remember(next);
                last = next;
                yield return change;
            }
        }
    }

    private async Task<ConsulAnswer?> AskAsync(int server, string prefix, Revision after, CancellationToken cancellationToken)
    {
        var wait = options.WatchWait;
        var path = string.Create(
            CultureInfo.InvariantCulture, $"{ConsulKeys.ListPath(prefix)}&index={Math.Max(1, after.Number)}&wait={(long)wait.TotalMilliseconds}ms");
        try
        {
            var answer = await calls.AskAsync(server, HttpMethod.Get, path, null, (wait * (1 + WaitJitter)) + options.AttemptTimeout, cancellationToken);
            if (answer.Status is HttpStatusCode.OK or HttpStatusCode.NotFound)
            {
                return answer;
            }

            Complain(calls.Explain(answer, server));
        }
        catch (Exception broken) when (ConsulCalls.IsOfTheNetwork(broken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Complain(calls.Explain(broken, server));
        }

        return null;
    }

    private static StoreChange? ChangeOf(StoreImage last, ImmutableArray<StoreEntry> now, long index, out StoreImage next)
    {
        var before = last.Entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
        ImmutableArray<StoreEntry> written = [.. now.Where(entry => !before.TryGetValue(entry.Key, out var old) || old.Modified != entry.Modified)];
        ImmutableArray<string> deleted = [.. before.Keys.Except(now.Select(entry => entry.Key), StringComparer.Ordinal)];
        next = last;
        if (written.IsEmpty && deleted.IsEmpty)
        {
            return null;
        }

        var revision = new Revision(index);
        if (revision <= last.Revision || written.Any(entry => entry.Modified <= last.Revision))
        {
            throw new StoreCompactedException($"Consul has gone back from {last.Revision} to {revision}");
        }

        next = new StoreImage(revision, now);
        return new StoreChange(revision, written, deleted);
    }

    private void Complain(string why)
    {
        if (complaint.IsDue(why))
        {
            LogEnded(why);
        }
    }

    [LoggerMessage(2141, LogLevel.Warning, "The watch moves to another server: {Why}")]
    private partial void LogEnded(string why);
}
