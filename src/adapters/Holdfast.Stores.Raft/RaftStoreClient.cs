using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Client;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft;

/// <summary>How a client finds and trusts the nodes.</summary>
public sealed record RaftClientOptions
{
    public required ImmutableArray<string> Addresses { get; init; }

    public string? Password { get; init; }

    public RaftTls? Tls { get; init; }

    /// <summary>How long a request may take over all nodes that are tried.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>
/// The embedded store from outside its cluster: for command lines and tests. Any node will do; it passes on what only the leader
/// can answer. A write that is sent again to another node is carried out once.
/// </summary>
public sealed partial class RaftStoreClient : IConsensusStore
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly RaftClientOptions options;
    private readonly TimeProvider time;
    private readonly TransportTls? tls;
    private readonly Connector connector;
    private readonly SemaphoreSlim connecting = new(1);
    private readonly ulong client = RaftStore.NewClientId();
    private readonly SortedSet<long> unsettled = [];
    private readonly Lock gate = new();
    private NodeConnection? connection;
    private long lastSequence;
    private int nextAddress;

    public RaftStoreClient(RaftClientOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        tls = options.Tls is { } files ? new TransportTls(files) : null;
        connector = new Connector(new TransportSecrets(options.Password, tls is not null), tls, time);
    }

    public Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken) => AskAsync(
        ClientCall.Read, writer => writer.Text(prefix), static reader => ClientProtocol.ReadImage(ref reader), new Attempt(), cancellationToken);

    public async Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken) =>
        RaftStore.ToCommitResult(await WriteAsync(new Command.Transact(transaction), cancellationToken));

    public async Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var session = RaftStore.NewClientId().ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        await WriteSurelyAsync(new Command.OpenSession(session, timeToLive), cancellationToken);
        return new SessionId(session);
    }

    public async Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(
                ClientCall.Keep, writer => writer.Text(session.Text), static reader => KeepingOf(reader), new Attempt(), cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return SessionKeeping.Unknown;
        }
    }

    public Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        WriteSurelyAsync(new Command.CloseSession(session.Text), cancellationToken);

    public async IAsyncEnumerable<StoreChange> WatchAsync(
        string prefix, Revision after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var (node, call, replies) = await BeginWatchAsync(prefix, after, cancellationToken);
            try
            {
                while (await NextReplyAsync(node, replies, cancellationToken) is { } reply)
                {
                    if ((ClientReply)reply[0] == ClientReply.Alive)
                    {
                        continue;
                    }

                    if (ChangeOf(reply) is not { } change)
                    {
                        break;
                    }

                    after = change.Revision;
                    yield return change;
                }
            }
            finally
            {
                await EndWatchAsync(node, call);
            }

            await Task.Delay(RetryPause, time, cancellationToken);
        }
    }

    /// <summary>What the node that answers knows of the cluster.</summary>
    public Task<RaftStatus> GetStatusAsync(CancellationToken cancellationToken) => AskAsync(
        ClientCall.Status, static _ => { }, static reader => ClientProtocol.ReadStatus(ref reader), new Attempt(), cancellationToken);

    public Task AddMemberAsync(string address, CancellationToken cancellationToken) =>
        ChangeMembersAsync(MembershipWish.Add, address, cancellationToken);

    public Task RemoveMemberAsync(string address, CancellationToken cancellationToken) =>
        ChangeMembersAsync(MembershipWish.Remove, address, cancellationToken);

    public Task TransferLeadershipAsync(string address, CancellationToken cancellationToken) =>
        ChangeMembersAsync(MembershipWish.Lead, address, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        connecting.Dispose();
        tls?.Dispose();
    }
}
