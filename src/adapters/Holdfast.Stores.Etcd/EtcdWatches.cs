using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using Holdfast.Model;
using Holdfast.Ports;
using Holdfast.Ports.Store;
using Holdfast.Stores.Etcd.Protocol;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Etcd;

/// <summary>
/// Follows changes on one server after another, each time from the revision after the last one seen. A server that is cut off from the
/// others ends the watch by itself; one that says nothing at all is asked for a sign of life and left when it gives none.
/// </summary>
internal sealed partial class EtcdWatches(EtcdServers servers, EtcdStoreOptions options, TimeProvider time, ILogger logger)
{
    private const int ChangesAheadMax = 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(500);
    private readonly Complaint complaint = new(time);

    public async IAsyncEnumerable<StoreChange> FollowAsync(
        string prefix, Revision after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = after;
        var failures = 0;
        var behind = 0;
        while (true)
        {
            if (await TryCurrentAsync(cancellationToken) is not { } server)
            {
                await Task.Delay(LongPause, time, cancellationToken);
                continue;
            }

            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var changes = Channel.CreateBounded<StoreChange>(new BoundedChannelOptions(ChangesAheadMax) { SingleReader = true, SingleWriter = true });
#pragma warning disable CA2025 // It is awaited below, before the source is disposed of.
            var pumping = PumpAsync(server, prefix, last, changes.Writer, ending.Token);
#pragma warning restore CA2025
            try
            {
                await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
                {
                    last = change.Revision;
                    failures = 0;
                    yield return change;
                }
            }
            finally
            {
                await ending.CancelAsync();
                behind = await pumping ? behind + 1 : 0;
            }

            cancellationToken.ThrowIfCancellationRequested();
            servers.Leave(server);
            if (behind >= servers.Count)
            {
                throw new StoreCompactedException($"no server of etcd has reached revision {last}, which was seen: a backup was restored, or all that answer lag behind");
            }

            await Task.Delay(++failures <= servers.Count ? Pause : LongPause, time, cancellationToken);
        }
    }

    /// <summary>Null while no server is known.</summary>
    private async Task<EtcdServer?> TryCurrentAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await servers.CurrentAsync(cancellationToken);
        }
        catch (StoreUnavailableException unknown)
        {
            Complain(unknown.Message);
            return null;
        }
    }

    /// <summary>Brings the changes of one stream; the channel is completed when the stream ends, with the error only when nobody can go on from it.</summary>
    /// <returns>Whether the server has not reached the revision that the watch begins at: it would wait for it in silence.</returns>
    private async Task<bool> PumpAsync(EtcdServer server, string prefix, Revision after, ChannelWriter<StoreChange> changes, CancellationToken cancellationToken)
    {
        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + options.AttemptTimeout;
            var headers = await server.CredentialsAsync(deadline, cancellationToken);
            headers.Add("hasleader", "true");
            using var call = new Watch.WatchClient(server.Invoker()).Watch(new CallOptions(headers, null, cancellationToken));
            await call.RequestStream.WriteAsync(Create(prefix, after), cancellationToken);
            if (await ReadAsync(call, after, changes, cancellationToken) is { } reached)
            {
                Complain($"etcd {server.Name} is at revision {reached}, and {after} was seen already");
                changes.TryComplete();
                return true;
            }

            changes.TryComplete();
        }
        catch (StoreCompactedException compacted)
        {
            changes.TryComplete(compacted);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            changes.TryComplete();
        }
        catch (Exception ended) when (ended is InvalidOperationException or IOException)
        {
            // The stream was over when it was written to, or broke at that moment.
            Complain($"etcd {server.Name}: {ended.Message}");
            changes.TryComplete();
        }
        catch (RpcException exception)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                if (Failures.Of(exception) == Failure.TokenExpired)
                {
                    server.ForgetToken();
                }

                Complain(Failures.Explain(exception, server.Name, options.Section));
            }

            changes.TryComplete();
        }

        return false;
    }

    /// <returns>The server's revision, when it is an earlier one than the watch begins at; null when the stream ended.</returns>
    private async Task<long?> ReadAsync(
        AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call, Revision after, ChannelWriter<StoreChange> changes, CancellationToken cancellationToken)
    {
        var isAsked = false;
        var next = call.ResponseStream.MoveNext(cancellationToken);
        while (true)
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var silence = Task.Delay(isAsked ? options.AttemptTimeout : options.WatchSilence, time, resting.Token);
            var isSilent = await Task.WhenAny(next, silence) == silence && !next.IsCompleted;
            await resting.CancelAsync();
            if (!isSilent)
            {
                if (!await next)
                {
                    return null;
                }

                if (call.ResponseStream.Current is { Created: true, Header.Revision: var reached } && reached < after.Number)
                {
                    return reached;
                }

                isAsked = false;
                servers.Praise();
                if (!call.ResponseStream.Current.Created)
                {
                    complaint.IsOver();
                }

                await BringAsync(call.ResponseStream.Current, changes, cancellationToken);
                next = call.ResponseStream.MoveNext(cancellationToken);
            }
            else if (isAsked)
            {
                throw new RpcException(new Status(StatusCode.DeadlineExceeded, "the watch gives no sign of life"));
            }
            else
            {
                cancellationToken.ThrowIfCancellationRequested();
                isAsked = true;
                await call.RequestStream.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() }, cancellationToken);
            }
        }
    }

    private void Complain(string why)
    {
        if (complaint.IsDue(why))
        {
            LogEnded(why);
        }
    }

    private static async Task BringAsync(WatchResponse response, ChannelWriter<StoreChange> changes, CancellationToken cancellationToken)
    {
        if (response.CompactRevision > 0)
        {
            throw new StoreCompactedException($"etcd keeps no changes before revision {response.CompactRevision}");
        }

        if (response.Canceled)
        {
            var isForbidden = response.CancelReason.Contains("permission denied", StringComparison.Ordinal);
            throw new RpcException(new Status(isForbidden ? StatusCode.PermissionDenied : StatusCode.Unavailable, response.CancelReason));
        }

        foreach (var change in response.Events.GroupBy(item => item.Kv.ModRevision))
        {
            await changes.WriteAsync(Change(change.Key, change), cancellationToken);
        }
    }

    private static StoreChange Change(long revision, IEnumerable<Event> events)
    {
        var written = ImmutableArray.CreateBuilder<StoreEntry>();
        var deleted = ImmutableArray.CreateBuilder<string>();
        foreach (var item in events)
        {
            if (item.Type == Event.Types.EventType.Put)
            {
                written.Add(EtcdStore.Entry(item.Kv));
            }
            else
            {
                deleted.Add(item.Kv.Key.ToStringUtf8());
            }
        }

        return new StoreChange(new Revision(revision), written.ToImmutable(), deleted.ToImmutable());
    }

    private static WatchRequest Create(string prefix, Revision after) => new()
    {
        CreateRequest = new WatchCreateRequest { Key = EtcdStore.Key(prefix), RangeEnd = EtcdStore.EndOf(prefix), StartRevision = after.Number + 1 },
    };

    [LoggerMessage(2131, LogLevel.Warning, "The watch moves to another server: {Why}")]
    private partial void LogEnded(string why);
}
