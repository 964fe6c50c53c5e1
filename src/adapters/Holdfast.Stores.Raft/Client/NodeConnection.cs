using System.Collections.Concurrent;
using System.Threading.Channels;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Client;

/// <summary>A client's connection to one node: many calls at once, told apart by number.</summary>
internal sealed class NodeConnection : IAsyncDisposable
{
    /// <summary>A whole store may be read at once.</summary>
    public const int FrameBytesMax = 256 * 1024 * 1024;

    private readonly FrameChannel channel;
    private readonly ConcurrentDictionary<ulong, Channel<byte[]>> calls = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource stopping = new();
    private readonly ByteWriter frames = new();
    private readonly Task reading;
    private ulong lastCall;
    private volatile bool isBroken;

    public NodeConnection(FrameChannel channel)
    {
        this.channel = channel;
        reading = ReadAsync();
    }

    public bool IsBroken => isBroken;

    /// <summary>Sends a call; the replies come through the reader, which fails when the connection does.</summary>
    public async Task<(ulong Call, ChannelReader<byte[]> Replies)> CallAsync(
        ClientCall call, Action<ByteWriter> body, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref lastCall);
        var replies = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        calls[id] = replies;
        if (isBroken)
        {
            replies.Writer.TryComplete(new IOException("the connection is closed"));
        }
        else
        {
            await SendAsync(id, call, body, cancellationToken);
        }

        return (id, replies.Reader);
    }

    /// <summary>Ends every call on this connection; the next one makes another.</summary>
    public void Break()
    {
        isBroken = true;
        stopping.CancelAfter(TimeSpan.Zero);
    }

    public void Forget(ulong call) => calls.TryRemove(call, out _);

    public async Task SendAsync(ulong id, ClientCall call, Action<ByteWriter> body, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            frames.Clear();
            var place = FrameChannel.BeginFrame(frames);
            frames.UInt64(id);
            frames.Byte((byte)call);
            body(frames);
            channel.EndFrame(frames, place);

            // Half a frame would spoil all calls after it, so a caller who gives up does not stop the write.
            await channel.WriteAsync(frames, stopping.Token);
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await channel.DisposeAsync();
        await reading;
        stopping.Dispose();
        turn.Dispose();
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        Exception? why = null;
        try
        {
            while (await channel.ReadAsync(stopping.Token) is { } frame)
            {
                if (calls.TryGetValue(new ByteReader(frame.Span).UInt64(), out var replies))
                {
                    replies.Writer.TryWrite(frame[8..].ToArray());
                }
            }
        }
        catch (Exception broken) when (PeerLink.IsOfTheNetwork(broken))
        {
            why = broken;
        }

        isBroken = true;
        foreach (var replies in calls.Values)
        {
            replies.Writer.TryComplete(new IOException("the connection was closed", why));
        }
    }
}
