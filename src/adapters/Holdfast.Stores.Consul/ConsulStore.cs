using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Consul;

/// <summary>
/// Consul over its HTTP API. Sessions are Consul's own; a revision is its Raft index. It keeps no history: changes that follow each other
/// quickly reach a watch as one, and a watch goes on only from what this very store has read or watched last.
/// </summary>
public sealed partial class ConsulStore : IConsensusStore, IStoreMembers
{
    /// <summary>
    /// The sessions hang on a catalog node of this name, which no Consul agent stands for: Consul ends the sessions of an agent's node at
    /// once when that agent leaves, which is before their time.
    /// </summary>
    public const string SessionNode = "holdfast";

    /// <summary>Consul's <c>session_ttl_min</c>, unless its servers are told otherwise.</summary>
    private static readonly TimeSpan TimeToLiveMin = TimeSpan.FromSeconds(10);

    private readonly ConsulServers servers;
    private readonly ConsulCalls calls;
    private readonly ILogger logger;
    private readonly ConsulWatches watches;
    private readonly ConcurrentDictionary<string, StoreImage> known = new(StringComparer.Ordinal);
    private bool hasWarned;

    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public ConsulStore(ConsulStoreOptions options, TimeProvider time, ILogger<ConsulStore> logger)
    {
        this.logger = logger;
        servers = new ConsulServers(options);
        calls = new ConsulCalls(servers, options, time);
        watches = new ConsulWatches(servers, calls, options, time, logger);
    }

    public async Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        var answer = await RepeatAsync(HttpMethod.Get, ConsulKeys.ListPath(prefix), null, cancellationToken);
        var before = known.GetValueOrDefault(prefix)?.Revision ?? Revision.Absent;

        // The index of a prefix falls when Consul forgets its deletions; a revision does not.
        var read = new StoreImage(new Revision(Math.Max(answer.Index, before.Number)), ConsulKeys.Entries(answer));
        return known[prefix] = read;
    }

    /// <summary>Of the servers and agents that the configuration names.</summary>
    public async Task<int> CountLostAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, servers.Count).Select(server => calls.KnowsLeaderAsync(server, cancellationToken)));
        return answers.Count(answer => !answer);
    }

    public async Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken)
    {
        if (transaction.Writes.OfType<StoreWrite.Put>().Any(put => put.Session is { } session && !IsSession(session)))
        {
            return new CommitResult(CommitOutcome.SessionEnded, Revision.Absent);
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(ConsulTransactions.Operations(transaction), ConsulWire.Default.ImmutableArrayWireOperation);
        var answer = await calls.AskAsync(HttpMethod.Put, "/v1/txn", body, mayRepeat: false, cancellationToken);
        return answer?.Status switch
        {
            null => new CommitResult(CommitOutcome.Unknown, Revision.Absent),
            HttpStatusCode.OK => new CommitResult(CommitOutcome.Committed, WrittenAt(answer)),
            HttpStatusCode.Conflict => new CommitResult(
                Errors(answer).Any(error => error.What.Contains("invalid session", StringComparison.Ordinal)) ? CommitOutcome.SessionEnded : CommitOutcome.Conflict,
                Revision.Absent),
            _ => throw new ArgumentException($"Consul refuses the transaction: {answer.Text}", nameof(transaction)),
        };
    }

    public async Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        // A session that was opened unheard ends by itself, so asking again does no harm.
        var asked = timeToLive;
        var isRegistered = false;
        while (true)
        {
            var request = new WireSessionRequest(SessionNode, string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(asked.TotalMilliseconds)}ms"));
            var body = JsonSerializer.SerializeToUtf8Bytes(request, ConsulWire.Default.WireSessionRequest);
            var answer = await RepeatAsync(HttpMethod.Put, "/v1/session/create", body, cancellationToken);
            if (answer.Status == HttpStatusCode.OK)
            {
                return new SessionId((JsonSerializer.Deserialize(answer.Body, ConsulWire.Default.WireSession) ?? throw new JsonException("no session")).Id);
            }

            if (ConsulCalls.Says(answer, ConsulCalls.SessionTime) && asked < TimeToLiveMin)
            {
                // Longer than asked for is allowed, only later.
                WarnOnce(timeToLive);
                asked = TimeToLiveMin;
            }
            else if (ConsulCalls.Says(answer, ConsulCalls.MissingNode) && !isRegistered)
            {
                await RegisterNodeAsync(cancellationToken);
                isRegistered = true;
            }
            else
            {
                throw new StoreUnavailableException($"Consul opens no session: {answer.Text}", null);
            }
        }
    }

    public async Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        if (!IsSession(session))
        {
            return SessionKeeping.Ended;
        }

        try
        {
            var answer = await RepeatAsync(HttpMethod.Put, $"/v1/session/renew/{session.Text}", null, cancellationToken);
            return answer.Status == HttpStatusCode.OK ? SessionKeeping.Alive : SessionKeeping.Ended;
        }
        catch (StoreUnavailableException)
        {
            return SessionKeeping.Unknown;
        }
    }

    public async Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        if (IsSession(session))
        {
            await RepeatAsync(HttpMethod.Put, $"/v1/session/destroy/{session.Text}", null, cancellationToken);
        }
    }

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken) =>
        watches.FollowAsync(prefix, known.GetValueOrDefault(prefix), after, image => known[prefix] = image, cancellationToken);

    public ValueTask DisposeAsync()
    {
        servers.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ConsulAnswer> RepeatAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken) =>
        await calls.AskAsync(method, path, body, mayRepeat: true, cancellationToken) ?? throw new InvalidOperationException("a call without an answer");

    private async Task RegisterNodeAsync(CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new WireNode(SessionNode, IPAddress.Loopback.ToString()), ConsulWire.Default.WireNode);
        var answer = await RepeatAsync(HttpMethod.Put, "/v1/catalog/register", body, cancellationToken);
        if (answer.Status != HttpStatusCode.OK)
        {
            throw new StoreUnavailableException($"Consul registers no node '{SessionNode}', on which the sessions hang: {answer.Text}", null);
        }
    }

    /// <summary>Consul knows a session by a UUID; anything else is another store's.</summary>
    private static bool IsSession(SessionId session) => Guid.TryParse(session.Text, out _);

    /// <summary>All of a transaction is written at one index. Nothing is answered for what was deleted.</summary>
    private static Revision WrittenAt(ConsulAnswer answer) => new(
        (JsonSerializer.Deserialize(answer.Body, ConsulWire.Default.WireTransactionAnswer)?.Results ?? []).Max(result => result.KeyValue?.ModifyIndex) ?? 0);

    private static ImmutableArray<WireError> Errors(ConsulAnswer answer) =>
        JsonSerializer.Deserialize(answer.Body, ConsulWire.Default.WireTransactionAnswer)?.Errors ?? [];

    private void WarnOnce(TimeSpan timeToLive)
    {
        if (!hasWarned)
        {
            hasWarned = true;
            LogLonger(timeToLive.TotalSeconds, TimeToLiveMin.TotalSeconds);
        }
    }

    [LoggerMessage(2142, LogLevel.Warning, "Consul takes no session of {Asked} s, so it lasts {Taken} s and a lost host is noticed later: set session_ttl_min on Consul's servers")]
    private partial void LogLonger(double asked, double taken);
}
