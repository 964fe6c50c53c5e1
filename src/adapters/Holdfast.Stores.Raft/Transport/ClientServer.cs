using System.Threading.Channels;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Node;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Carries out what clients that are no members ask for.</summary>
internal sealed class ClientServer(RaftNode node, RaftStoreOptions options, TimeProvider time)
{
    private const int CallsMax = 256;

    public async Task ServeAsync(FrameChannel channel, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var connection = new ClientConnectionState(channel, ending.Token);
        try
        {
            while (await channel.ReadAsync(stopping) is { } frame)
            {
                Begin(connection, frame);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await connection.EndAsync();
        }
    }

    private void Begin(ClientConnectionState connection, ReadOnlyMemory<byte> frame)
    {
        var reader = new ByteReader(frame.Span);
        var (id, call) = (reader.UInt64(), (ClientCall)reader.Byte());
        if (call == ClientCall.Cancel)
        {
            connection.Cancel(id);
            return;
        }

        if (connection.Calls >= CallsMax)
        {
            throw new InvalidDataException($"more than {CallsMax} calls at once");
        }

        // The frame's memory is used again for the next one.
        var body = reader.Raw(reader.Remaining).ToArray();
        connection.Start(id, stop => AnswerAsync(connection, id, call, body, stop));
    }

    private async Task AnswerAsync(ClientConnectionState connection, ulong id, ClientCall call, byte[] body, CancellationToken stop)
    {
        try
        {
            await CarryOutAsync(connection, id, call, body, stop);
        }
        catch (StoreUnavailableException unavailable)
        {
            await connection.ReplyAsync(id, ClientReply.Unavailable, writer => writer.Text(unavailable.Message));
        }
        catch (StoreCompactedException compacted)
        {
            await connection.ReplyAsync(id, ClientReply.Compacted, writer => writer.Text(compacted.Message));
        }
        catch (Exception wrong) when (wrong is ArgumentException or InvalidDataException)
        {
            await connection.ReplyAsync(id, ClientReply.Refused, writer => writer.Text(wrong.Message));
        }
    }

    private async Task CarryOutAsync(ClientConnectionState connection, ulong id, ClientCall call, byte[] body, CancellationToken stop)
    {
        switch (call)
        {
            case ClientCall.Read:
                var image = await node.AskAsync(new ReadRequest(TextOf(body)), stop);
                await connection.ReplyAsync(id, ClientReply.Done, writer => ClientProtocol.WriteImage(writer, image));
                break;
            case ClientCall.Write:
                var result = await node.AskAsync(WriteOf(body), stop);
                await connection.ReplyAsync(id, ClientReply.Done, writer =>
                {
                    writer.Byte((byte)result.Outcome);
                    writer.Int64(result.Revision);
                });
                break;
            case ClientCall.Keep:
                var keeping = await node.AskAsync(new KeepRequest(TextOf(body)), stop);
                await connection.ReplyAsync(id, ClientReply.Done, writer => writer.Byte((byte)keeping));
                break;
            case ClientCall.Watch:
                var (prefix, after) = WatchOf(body);
                await WatchAsync(connection, id, prefix, after, stop);
                break;
            case ClientCall.Status:
                await connection.ReplyAsync(id, ClientReply.Done, writer => ClientProtocol.WriteStatus(writer, node.Status));
                break;
            case ClientCall.Membership:
                await node.AskAsync(MembershipOf(body), stop);
                await connection.ReplyAsync(id, ClientReply.Done, static _ => { });
                break;
            default:
                throw new InvalidDataException($"no such call: {call}");
        }
    }

    private async Task WatchAsync(ClientConnectionState connection, ulong id, string prefix, Revision after, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var alive = SayAliveAsync(connection, id, ending.Token);
        try
        {
            await foreach (var change in node.WatchAsync(prefix, after, stop))
            {
                await connection.ReplyAsync(id, ClientReply.Change, writer => ClientProtocol.WriteChange(writer, change));
            }
        }
        finally
        {
            await ending.CancelAsync();
            await alive;
        }
    }

    /// <summary>A node without a leader keeps silent: what it has to tell may be long past.</summary>
    private async Task SayAliveAsync(ClientConnectionState connection, ulong id, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ClientProtocol.AliveEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                if (node.Status.Leader is not null)
                {
                    await connection.ReplyAsync(id, ClientReply.Alive, static _ => { });
                }
            }
        }
        catch (Exception ended) when (PeerLink.IsOfTheNetwork(ended))
        {
            // With the connection the watch ends as well.
        }
    }

    private WriteRequest WriteOf(byte[] body)
    {
        var (id, command) = CommandCodec.Decode(body);
        if (id.Client == 0 || command is Command.ExpireSession or Command.RegisterNode)
        {
            throw new ArgumentException("only a node may ask for that");
        }

        if (command is Command.Transact transact)
        {
            TransactionLimits.Check(transact.Transaction, options.ValueBytesMax, options.TransactionBytesMax);
        }

        return new WriteRequest(command, id);
    }

    private static string TextOf(byte[] body) => new ByteReader(body).Text();

    private static (string Prefix, Revision After) WatchOf(byte[] body)
    {
        var reader = new ByteReader(body);
        return (reader.Text(), new Revision(reader.Int64()));
    }

    private static MembershipRequest MembershipOf(byte[] body)
    {
        var reader = new ByteReader(body);
        var (wish, address) = ((MembershipWish)reader.Byte(), reader.Text());
        _ = Addresses.Split(address);
        return new MembershipRequest(wish, address);
    }
}

/// <summary>One client's connection: the calls under way, and replies one at a time.</summary>
internal sealed class ClientConnectionState(FrameChannel channel, CancellationToken ending) : IDisposable
{
    private readonly Dictionary<ulong, (CancellationTokenSource Stop, Task Running)> calls = [];
    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly ByteWriter frames = new();

    public int Calls
    {
        get
        {
            lock (gate)
            {
                return calls.Count;
            }
        }
    }

    public void Start(ulong id, Func<CancellationToken, Task> call)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(ending);
        lock (gate)
        {
            if (!calls.TryAdd(id, (stop, Task.CompletedTask)))
            {
                stop.Dispose();
                throw new InvalidDataException($"call {id} is under way already");
            }
        }

#pragma warning disable CA2025 // The call disposes of it when it ends.
        var running = RunAsync(id, call, stop);
#pragma warning restore CA2025
        lock (gate)
        {
            if (calls.ContainsKey(id))
            {
                calls[id] = (stop, running);
            }
        }
    }

    public void Cancel(ulong id)
    {
        lock (gate)
        {
            if (calls.TryGetValue(id, out var known))
            {
                known.Stop.CancelAfter(TimeSpan.Zero);
            }
        }
    }

    public async Task ReplyAsync(ulong id, ClientReply reply, Action<ByteWriter> body)
    {
        await turn.WaitAsync(ending);
        try
        {
            frames.Clear();
            var place = FrameChannel.BeginFrame(frames);
            frames.UInt64(id);
            frames.Byte((byte)reply);
            body(frames);
            channel.EndFrame(frames, place);
            await channel.WriteAsync(frames, ending);
        }
        finally
        {
            turn.Release();
        }
    }

    public Task EndAsync()
    {
        lock (gate)
        {
            return Task.WhenAll(calls.Values.Select(known => known.Running));
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task RunAsync(ulong id, Func<CancellationToken, Task> call, CancellationTokenSource stop)
    {
        await Task.Yield();
        try
        {
            await call(stop.Token);
        }
        catch (Exception ended) when (PeerLink.IsOfTheNetwork(ended) || ended is ChannelClosedException)
        {
            // The client went away or lost interest; nobody is left to tell.
        }
        finally
        {
            lock (gate)
            {
                calls.Remove(id);
                stop.Dispose();
            }
        }
    }
}
