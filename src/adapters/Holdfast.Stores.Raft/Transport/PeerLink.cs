using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Hears from the network; called on any thread.</summary>
internal interface IPeerObserver
{
    ValueTask PeerSaidAsync(string from, PeerMessage message, CancellationToken cancellationToken);

    void PeerFound(Introduction peer);

    /// <summary>A peer whose directory is another than it was may have forgotten its votes.</summary>
    bool IsWelcome(Introduction peer);

    /// <summary>A peer knows this node with another data directory.</summary>
    void Forgotten(string peer);

    void PeerLost(string address);

    void PeerUnreachable(string address, Exception reason);
}

/// <summary>
/// The outgoing connection to one peer. Messages are dropped while there is none: Raft sends anew what still matters.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private const int OutboxMax = 4096;
    private const int WriteBytes = 256 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Introduction self;
    private readonly string address;
    private readonly Connector connector;
    private readonly IPeerObserver observer;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim wanted = new(0, 1);
    private readonly Task running;

    // The writer continues on the thread that sends, which spares a wake-up per message; it only encodes and writes.
    private readonly Channel<PeerMessage> outbox = Channel.CreateBounded<PeerMessage>(
        new BoundedChannelOptions(OutboxMax)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
            AllowSynchronousContinuations = true,
        });

    private volatile bool isUp;

    public PeerLink(Introduction self, string address, Connector connector, IPeerObserver observer, TimeProvider time)
    {
        this.self = self;
        this.address = address;
        this.connector = connector;
        this.observer = observer;
        this.time = time;
        running = RunAsync();
    }

    /// <summary>Says false when there is no connection now.</summary>
    public bool Send(PeerMessage message) => isUp && outbox.Writer.TryWrite(message);

    /// <summary>The peer is known to be there: do not wait out the pause.</summary>
    public void ConnectNow()
    {
        if (!isUp && wanted.CurrentCount == 0)
        {
            try
            {
                wanted.Release();
            }
            catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
            {
                // Somebody else asked at the same moment, or the link has just been let go.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
        wanted.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var pause = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (channel, other) = await connector.CallAsync(address, self, Handshake.FrameBytesMax, stopping.Token);
                await using (channel)
                {
                    if (!observer.IsWelcome(other))
                    {
                        throw new HandshakeException($"{address} has another data directory than before");
                    }

                    pause = TimeSpan.Zero;
                    await PumpAsync(channel, other);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (HandshakeException forgotten) when (forgotten.SaysForgotten)
            {
                observer.Forgotten(address);
            }
            catch (Exception broken) when (IsOfTheNetwork(broken))
            {
                observer.PeerUnreachable(address, broken);
            }

            pause = pause == TimeSpan.Zero ? FirstPause : pause * 2;
            pause = pause < LongestPause ? pause : LongestPause;
            await RestAsync(pause);
        }
    }

    public static bool IsOfTheNetwork(Exception broken) => broken
        is SocketException or IOException or InvalidDataException or HandshakeException or TimeoutException
        or AuthenticationException or ObjectDisposedException or OperationCanceledException or ArgumentException;

    private async Task RestAsync(TimeSpan pause)
    {
        using var limit = new CancellationTokenSource(pause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping.Token);
        try
        {
            await wanted.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // The pause is over, or the node stops.
        }
    }

    private async Task PumpAsync(FrameChannel channel, Introduction other)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        while (outbox.Reader.TryRead(out _))
        {
            // What was meant for the last connection is out of date.
        }

        isUp = true;
        observer.PeerFound(other);
#pragma warning disable CA2025 // It is awaited below, before either is disposed of.
        var watching = WatchForEndAsync(channel, broken);
#pragma warning restore CA2025
        try
        {
            await WriteAsync(channel, broken.Token);
        }
        finally
        {
            isUp = false;
            await broken.CancelAsync();
            await watching;
            observer.PeerLost(address);
        }
    }

    /// <summary>Nothing comes back on this connection but its end, which is how the death of a process shows at once.</summary>
    private static async Task WatchForEndAsync(FrameChannel channel, CancellationTokenSource broken)
    {
        try
        {
            await channel.ReadAsync(broken.Token);
        }
        catch (Exception ended) when (IsOfTheNetwork(ended))
        {
            // The end is what is waited for; why does not matter.
        }

        await broken.CancelAsync();
    }

    private async Task WriteAsync(FrameChannel channel, CancellationToken cancellationToken)
    {
        var frames = new ByteWriter();
        var bulk = new BulkSender();
        while (bulk.HasMore || await outbox.Reader.WaitToReadAsync(cancellationToken))
        {
            frames.Clear();
            while (frames.Length < WriteBytes && outbox.Reader.TryRead(out var message))
            {
                if (message is PeerMessage.Consensus { Message.Snapshot: not null })
                {
                    bulk.Start(message);
                    break;
                }

                var place = FrameChannel.BeginFrame(frames);
                PeerMessageCodec.Write(frames, message);
                channel.EndFrame(frames, place);
            }

            bulk.WriteFragment(channel, frames);
            await channel.WriteAsync(frames, cancellationToken);
        }
    }
}
