using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Etcd.Protocol;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Etcd;

/// <summary>etcd, versions 3.4 to 3.6, over its gRPC API. Sessions are leases; a revision is etcd's own.</summary>
public sealed partial class EtcdStore : IConsensusStore, IStoreMembers
{
    private static readonly ByteString Probe = ByteString.CopyFromUtf8("health");
    private readonly EtcdStoreOptions options;
    private readonly TimeProvider time;
    private readonly EtcdServers servers;
    private readonly EtcdCalls calls;
    private readonly EtcdWatches watches;

    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public EtcdStore(EtcdStoreOptions options, TimeProvider time, ILogger<EtcdStore> logger)
    {
        this.options = options;
        this.time = time;
        servers = new EtcdServers(options, time, logger);
        calls = new EtcdCalls(servers, options, time);
        watches = new EtcdWatches(servers, options, time, logger);
    }

    public async Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        var request = new RangeRequest { Key = Key(prefix), RangeEnd = EndOf(prefix) };
        var answer = await calls.RepeatAsync(
            async (server, options) => await new KV.KVClient(server).RangeAsync(request, options), cancellationToken);
        return new StoreImage(new Revision(answer.Header.Revision), [.. answer.Kvs.Select(Entry)]);
    }

    /// <summary>As etcd's own check of health does: a linearizable read, by each server.</summary>
    public async Task<int> CountLostAsync(CancellationToken cancellationToken)
    {
        var known = servers.Known;
        if (known.IsEmpty)
        {
            throw new StoreUnavailableException("no etcd server is known", null);
        }

        var answers = await Task.WhenAll(known.Select(server => AnswersAsync(server, cancellationToken)));
        return answers.Count(answer => !answer);
    }

    public async Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken)
    {
        var request = Request(transaction);
        try
        {
            var answer = await calls.OnceAsync(
                async (server, options) => await new KV.KVClient(server).TxnAsync(request, options), cancellationToken);
            return answer is null
                ? new CommitResult(CommitOutcome.Unknown, Revision.Absent)
                : new CommitResult(answer.Succeeded ? CommitOutcome.Committed : CommitOutcome.Conflict, new Revision(answer.Header.Revision));
        }
        catch (RpcException exception) when (Failures.Of(exception) == Failure.LeaseGone)
        {
            return new CommitResult(CommitOutcome.SessionEnded, Revision.Absent);
        }
    }

    public async Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        // A lease that was granted unheard ends by itself, so asking again does no harm. etcd counts whole seconds.
        var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) };
        var answer = await calls.RepeatAsync(
            async (server, options) => await new Lease.LeaseClient(server).LeaseGrantAsync(request, options), cancellationToken);
        return Session(answer.ID);
    }

    public async Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        try
        {
            var left = await calls.RepeatAsync((server, options) => KeepAsync(server, options, LeaseOf(session)), cancellationToken);
            return left > 0 ? SessionKeeping.Alive : SessionKeeping.Ended;
        }
        catch (StoreUnavailableException)
        {
            return SessionKeeping.Unknown;
        }
    }

    public async Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        try
        {
            var request = new LeaseRevokeRequest { ID = LeaseOf(session) };
            await calls.RepeatAsync(
                async (server, options) => await new Lease.LeaseClient(server).LeaseRevokeAsync(request, options), cancellationToken);
        }
        catch (RpcException exception) when (Failures.Of(exception) == Failure.LeaseGone)
        {
            // It has ended already, perhaps by an earlier request of this very call.
        }
    }

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken) =>
        watches.FollowAsync(prefix, after, cancellationToken);

    public ValueTask DisposeAsync() => servers.DisposeAsync();

    internal static ByteString Key(string key) => ByteString.CopyFrom(key, Encoding.UTF8);

    /// <summary>The first key that does not begin with the prefix.</summary>
    internal static ByteString EndOf(string prefix)
    {
        var bytes = Encoding.UTF8.GetBytes(prefix);
        for (var last = bytes.Length - 1; last >= 0; last--)
        {
            if (bytes[last] < byte.MaxValue)
            {
                bytes[last]++;
                return ByteString.CopyFrom(bytes, 0, last + 1);
            }
        }

        return ByteString.CopyFrom(0);
    }

    internal static StoreEntry Entry(KeyValue pair) => new(
        pair.Key.ToStringUtf8(),
        pair.Value.ToStringUtf8(),
        new Revision(pair.ModRevision),
        pair.Lease == 0 ? null : Session(pair.Lease));

    private async Task<bool> AnswersAsync(EtcdServer server, CancellationToken cancellationToken)
    {
        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + options.AttemptTimeout;
            var headers = await server.CredentialsAsync(deadline, cancellationToken);
            await new KV.KVClient(server.Invoker()).RangeAsync(new RangeRequest { Key = Probe, KeysOnly = true }, new CallOptions(headers, deadline, cancellationToken));
            return true;
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (Failures.Of(exception) == Failure.TokenExpired)
            {
                server.ForgetToken();
            }

            // A server that refuses this client has answered.
            return exception.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated;
        }
    }

    private static async Task<long> KeepAsync(CallInvoker server, CallOptions options, long lease)
    {
        using var call = new Lease.LeaseClient(server).LeaseKeepAlive(options);
        try
        {
            await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = lease }, options.CancellationToken);
        }
        catch (Exception broken) when (broken is IOException or InvalidOperationException)
        {
            // A stream that breaks while it is written to says so in another way than one that is read.
            throw new RpcException(new Status(StatusCode.Unavailable, broken.Message));
        }

        if (!await call.ResponseStream.MoveNext(options.CancellationToken))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the stream ended without an answer"));
        }

        return call.ResponseStream.Current.TTL;
    }

    private static TxnRequest Request(StoreTransaction transaction) => new()
    {
        Compare =
        {
            transaction.Conditions.Select(condition => new Compare
            {
                Key = Key(condition.Key),
                Target = Compare.Types.CompareTarget.Mod,
                Result = Compare.Types.CompareResult.Equal,
                ModRevision = condition.Modified.Number,
            }),
        },
        Success = { transaction.Writes.Select(Operation) },
    };

    private static RequestOp Operation(StoreWrite write) => write switch
    {
        StoreWrite.Put put => new RequestOp
        {
            RequestPut = new PutRequest { Key = Key(put.Key), Value = Key(put.Value), Lease = put.Session is { } session ? LeaseOf(session) : 0 },
        },
        StoreWrite.Delete delete => new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Key(delete.Key) } },
        _ => throw new InvalidOperationException($"no such write: {write}"),
    };

    private static SessionId Session(long lease) => new(lease.ToString("x", CultureInfo.InvariantCulture));

    /// <summary>Another store's session is one that has ended here: no lease has the number -1.</summary>
    private static long LeaseOf(SessionId session) =>
        long.TryParse(session.Text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var lease) && lease > 0 ? lease : -1;
}
