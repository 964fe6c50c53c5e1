using System.Threading.Channels;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Client;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft;

/// <summary>How a call finds a node that answers it, within the time there is.</summary>
public sealed partial class RaftStoreClient
{
    private delegate T ReadReply<T>(ByteReader reader);

    /// <summary>Whether a write that was sent may have happened.</summary>
    private sealed class Attempt
    {
        public int Unanswered { get; set; }
    }

    private Task<bool> ChangeMembersAsync(MembershipWish wish, string address, CancellationToken cancellationToken) => AskAsync(
        ClientCall.Membership,
        writer =>
        {
            writer.Byte((byte)wish);
            writer.Text(address);
        },
        static _ => true,
        new Attempt(),
        cancellationToken);

    private async Task WriteSurelyAsync(Command command, CancellationToken cancellationToken)
    {
        if ((await WriteAsync(command, cancellationToken)).Outcome == CommitOutcome.Unknown)
        {
            throw new StoreUnavailableException($"no answer within {options.RequestTimeout.TotalSeconds:0.###} s", null);
        }
    }

    private async Task<CommandResult> WriteAsync(Command command, CancellationToken cancellationToken)
    {
        var id = NextId();
        var attempt = new Attempt();
        try
        {
            return await AskAsync(
                ClientCall.Write, writer => writer.Raw(CommandCodec.Encode(id, command)), reader => ResultOf(reader, attempt), attempt, cancellationToken);
        }
        catch (StoreUnavailableException) when (attempt.Unanswered > 0)
        {
            return new CommandResult(CommitOutcome.Unknown, 0);
        }
        finally
        {
            lock (gate)
            {
                unsettled.Remove(id.Sequence);
            }
        }
    }

    private static CommandResult ResultOf(ByteReader reader, Attempt attempt)
    {
        var result = new CommandResult((CommitOutcome)reader.Byte(), reader.Int64());
        if (result.Outcome == CommitOutcome.Unknown)
        {
            attempt.Unanswered++;
            throw new StoreUnavailableException("the node does not know what became of the write", null);
        }

        return result;
    }

    /// <summary>A node that is cut off from the leader does not know; another one may.</summary>
    private static SessionKeeping KeepingOf(ByteReader reader) => (SessionKeeping)reader.Byte() is var keeping && keeping != SessionKeeping.Unknown
        ? keeping
        : throw new StoreUnavailableException("the node does not know whether the session lives", null);

    private RequestId NextId()
    {
        lock (gate)
        {
            unsettled.Add(++lastSequence);
            return new RequestId(client, lastSequence, unsettled.Min);
        }
    }

    /// <summary>Asks node after node until one answers or the time is up.</summary>
    private async Task<T> AskAsync<T>(
        ClientCall call, Action<ByteWriter> body, ReadReply<T> read, Attempt attempt, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Exception? last = null;
        while (true)
        {
            try
            {
                return await AskInTurnAsync(call, body, read, attempt, cancellationToken, either.Token);
            }
            catch (Exception failed) when (failed is StoreUnavailableException || (failed is not ArgumentException && PeerLink.IsOfTheNetwork(failed)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (limit.IsCancellationRequested)
                {
                    throw new StoreUnavailableException(
                        $"no answer within {options.RequestTimeout.TotalSeconds:0.###} s from {string.Join(", ", options.Addresses)}: {(last ?? failed).Message}", last ?? failed);
                }

                last = failed;
                await Task.Delay(RetryPause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A node that is frozen leaves time to ask another one. A change of members is asked for once: it may take its time.</summary>
    private async Task<T> AskInTurnAsync<T>(
        ClientCall call, Action<ByteWriter> body, ReadReply<T> read, Attempt attempt, CancellationToken caller, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(call == ClientCall.Membership ? options.RequestTimeout : options.RequestTimeout / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await AskOnceAsync(call, body, read, attempt, caller, either.Token);
    }

    private async Task<T> AskOnceAsync<T>(
        ClientCall call, Action<ByteWriter> body, ReadReply<T> read, Attempt attempt, CancellationToken caller, CancellationToken cancellationToken)
    {
        var node = await ConnectAsync(cancellationToken);
        attempt.Unanswered++;
        var (id, replies) = await node.CallAsync(call, body, cancellationToken);
        try
        {
            var reply = await replies.ReadAsync(cancellationToken);
            attempt.Unanswered--;
            return (ClientReply)reply[0] == ClientReply.Done
                ? read(new ByteReader(reply.AsSpan(1)))
                : throw Failure(reply);
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException ?? closed;
        }
        catch (Exception silent) when (silent is StoreUnavailableException || (silent is OperationCanceledException && !caller.IsCancellationRequested))
        {
            // It may be frozen, or cut off from the others; another node may not be.
            Leave(node);
            throw;
        }
        finally
        {
            node.Forget(id);
        }
    }

    private static Exception Failure(byte[] reply)
    {
        var message = new ByteReader(reply.AsSpan(1)).Text();
        return (ClientReply)reply[0] switch
        {
            ClientReply.Unavailable => new StoreUnavailableException(message, null),
            ClientReply.Compacted => new StoreCompactedException(message),
            ClientReply.Refused => new ArgumentException(message),
            var other => new InvalidDataException($"no such reply: {other}"),
        };
    }

    private async Task<NodeConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await connecting.WaitAsync(cancellationToken);
        try
        {
            if (connection is { IsBroken: false } usable)
            {
                return usable;
            }

            if (connection is not null)
            {
                await connection.DisposeAsync();
                connection = null;
            }

            var address = options.Addresses[nextAddress++ % options.Addresses.Length];
#pragma warning disable CA2000 // The connection owns it.
            var self = new Introduction(ConnectionPurpose.Client, "client", 0);
            var (channel, _) = await connector.CallAsync(address, self, NodeConnection.FrameBytesMax, cancellationToken);
#pragma warning restore CA2000
            return connection = new NodeConnection(channel);
        }
        finally
        {
            connecting.Release();
        }
    }

    private static void Leave(NodeConnection node) => node.Break();

    private async Task<(NodeConnection Node, ulong Call, ChannelReader<byte[]> Replies)> BeginWatchAsync(
        string prefix, Revision after, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var node = await ConnectAsync(cancellationToken);
                var (call, replies) = await node.CallAsync(
                    ClientCall.Watch,
                    writer =>
                    {
                        writer.Text(prefix);
                        writer.Int64(after.Number);
                    },
                    cancellationToken);
                return (node, call, replies);
            }
            catch (Exception failed) when (PeerLink.IsOfTheNetwork(failed))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
    }

    /// <summary>Null when the connection broke or fell silent: the watch goes on elsewhere.</summary>
    private async Task<byte[]?> NextReplyAsync(NodeConnection node, ChannelReader<byte[]> replies, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(ClientProtocol.SilenceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await replies.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Leave(node);
            return null;
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    private static StoreChange? ChangeOf(byte[] reply)
    {
        var reader = new ByteReader(reply.AsSpan(1));
        return (ClientReply)reply[0] switch
        {
            ClientReply.Change => ClientProtocol.ReadChange(ref reader),
            ClientReply.Unavailable => null,
            _ => throw Failure(reply),
        };
    }

    private static async Task EndWatchAsync(NodeConnection node, ulong call)
    {
        node.Forget(call);
        if (!node.IsBroken)
        {
            try
            {
                await node.SendAsync(call, ClientCall.Cancel, static _ => { }, CancellationToken.None);
            }
            catch (Exception broken) when (PeerLink.IsOfTheNetwork(broken))
            {
                // With the connection the watch is gone as well.
            }
        }
    }
}
