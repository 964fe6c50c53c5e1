using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Node;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Transport;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Raft;

/// <summary>
/// The embedded store: one node of a Raft cluster in this process. Watches and reads are served from its own copy; writes go
/// through the leader, wherever that is.
/// </summary>
public sealed class RaftStore : IConsensusStore, IStoreMembers
{
    private readonly RaftStoreOptions options;
    private readonly RaftNode node;
    private readonly NodeListener listener;
    private readonly TransportTls? tls;
    private readonly OtherVoters voters;

    private RaftStore(RaftStoreOptions options, TimeProvider time, RaftNode node, NodeListener listener, TransportTls? tls)
    {
        this.options = options;
        this.node = node;
        this.listener = listener;
        this.tls = tls;
        voters = new(options, time);
    }

    public RaftStatus Status => node.Status;

    /// <summary>Opens the data directory and starts to listen; does not wait for a majority.</summary>
    public static async Task<RaftStore> StartAsync(
        RaftStoreOptions options, TimeProvider time, ILogger<RaftStore> logger, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var tls = options.Tls is { } files ? new TransportTls(files) : null;
        RaftNode? node = null;
        try
        {
            var connector = new Connector(new TransportSecrets(options.Password, tls is not null), tls, time);
            var seed = BinaryPrimitives.ReadInt32LittleEndian(RandomNumberGenerator.GetBytes(4));
            node = new RaftNode(options, connector, time, logger, new Random(seed), NewClientId());
            var server = new ConnectionServer(options.SelfAddress, node, new ClientServer(node, options, time));
            var listener = new NodeListener(options.BindAddress ?? options.SelfAddress, node.Self, connector, server, time, logger);
            return new RaftStore(options, time, node, listener, tls);
        }
        catch
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }

            tls?.Dispose();
            throw;
        }
    }

    public Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken) =>
        node.AskAsync(new ReadRequest(prefix), cancellationToken);

    public async Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken)
    {
        TransactionLimits.Check(transaction, options.ValueBytesMax, options.TransactionBytesMax);
        return ToCommitResult(await node.AskAsync(new WriteRequest(new Command.Transact(transaction), null), cancellationToken));
    }

    public async Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var session = NewClientId().ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        await WriteAsync(new Command.OpenSession(session, timeToLive), cancellationToken);
        return new SessionId(session);
    }

    public Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        node.AskAsync(new KeepRequest(session.Text), cancellationToken);

    public Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        WriteAsync(new Command.CloseSession(session.Text), cancellationToken);

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken) =>
        node.WatchAsync(prefix, after, cancellationToken);

    /// <summary>Adds an empty node, which becomes a voter by itself when it has caught up.</summary>
    public Task AddMemberAsync(string address, CancellationToken cancellationToken) =>
        ChangeMembersAsync(MembershipWish.Add, address, cancellationToken);

    public Task RemoveMemberAsync(string address, CancellationToken cancellationToken) =>
        ChangeMembersAsync(MembershipWish.Remove, address, cancellationToken);

    public Task TransferLeadershipAsync(string address, CancellationToken cancellationToken) =>
        ChangeMembersAsync(MembershipWish.Lead, address, cancellationToken);

    /// <summary>A voter that knows no leader is lost as well.</summary>
    public Task<int> CountLostAsync(CancellationToken cancellationToken) => voters.CountLostAsync(node.Status.Voters, cancellationToken);

    /// <summary>Hands the leadership over, when it is here, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await node.HandOverAsync();
        await StopAtOnceAsync();
    }

    /// <summary>Stops as a crash would: nobody is told.</summary>
    internal async Task StopAtOnceAsync()
    {
        await voters.DisposeAsync();
        await listener.DisposeAsync();
        await node.DisposeAsync();
        tls?.Dispose();
    }

    /// <summary>Finishes when the node does nothing any more.</summary>
    internal Task Running => node.Running;

    internal int IdentitiesKnown => node.IdentitiesKnown;

    internal static ulong NewClientId() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    internal static CommitResult ToCommitResult(CommandResult result) => new(result.Outcome, new Revision(result.Revision));

    /// <summary>Writes that have no third outcome in the port: an answer that does not come is an exception.</summary>
    private async Task WriteAsync(Command command, CancellationToken cancellationToken)
    {
        var result = await node.AskAsync(new WriteRequest(command, null), cancellationToken);
        if (result.Outcome == CommitOutcome.Unknown)
        {
            throw new StoreUnavailableException($"no answer within {options.RequestTimeout.TotalSeconds:0.###} s", null);
        }
    }

    private Task<bool> ChangeMembersAsync(MembershipWish wish, string address, CancellationToken cancellationToken)
    {
        _ = Addresses.Split(address);
        return node.AskAsync(new MembershipRequest(wish, address), cancellationToken);
    }
}
