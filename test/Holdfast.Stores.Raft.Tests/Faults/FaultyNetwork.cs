using System.Net;
using System.Net.Sockets;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Tests.Faults;

/// <summary>
/// Stands before every node and passes on what others send to it, or not: each direction between two nodes can be cut by itself.
/// What is cut waits, as in a network that loses packets, and comes late when the cut ends.
/// </summary>
internal sealed class FaultyNetwork : IAsyncDisposable
{
    private const int PieceBytes = 16 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<string, string> behind = new(StringComparer.Ordinal);
    private readonly List<TcpListener> listeners = [];
    private readonly List<Task> running = [];
    private readonly HashSet<(string From, string To)> cut = [];
    private readonly Dictionary<(string From, string To), long> breakAfter = [];
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>How often a connection was broken on purpose.</summary>
    public int Breaks { get; private set; }

    /// <summary>Listens at a node's address from now on; answers where the node itself has to listen.</summary>
    public string Before(string address)
    {
        if (!behind.TryGetValue(address, out var bind))
        {
            behind[address] = bind = $"127.0.0.1:{RaftCluster.FreePorts(1)[0]}";
            var listener = new TcpListener(IPAddress.Loopback, Addresses.Split(address).Port);
            listener.Start();
            listeners.Add(listener);
            Track(AcceptAsync(listener, address));
        }

        return bind;
    }

    public void Cut(string from, string to)
    {
        lock (gate)
        {
            cut.Add((from, to));
        }
    }

    /// <summary>Breaks the connection each time so many more bytes have gone this way, until it is healed.</summary>
    public void BreakAfter(string from, string to, long bytes)
    {
        lock (gate)
        {
            breakAfter[(from, to)] = bytes;
        }
    }

    public void Heal()
    {
        lock (gate)
        {
            cut.Clear();
            breakAfter.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listeners.ForEach(listener => listener.Dispose());
        Task[] left;
        lock (gate)
        {
            left = [.. running];
        }

        await Task.WhenAll(left);
        stopping.Dispose();
    }

    private void Track(Task task)
    {
        lock (gate)
        {
            running.RemoveAll(known => known.IsCompleted);
            running.Add(task);
        }
    }

    private async Task AcceptAsync(TcpListener listener, string to)
    {
        try
        {
            while (true)
            {
                Track(PassAsync(await listener.AcceptTcpClientAsync(stopping.Token), to));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient caller, string to)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        using var called = new TcpClient { NoDelay = true };
        using (caller)
        {
            try
            {
                caller.NoDelay = true;
                var (host, port) = Addresses.Split(behind[to]);
                var (from, hello) = await HelloAsync(caller.GetStream(), broken.Token);
                await called.ConnectAsync(host, port, broken.Token);
                await FlowAsync(from, to, hello.Length, broken.Token);
                await called.GetStream().WriteAsync(hello, broken.Token);
                await await Task.WhenAny(
                    PumpAsync(caller.GetStream(), called.GetStream(), from, to, broken.Token),
                    PumpAsync(called.GetStream(), caller.GetStream(), to, from, broken.Token));
            }
            catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or InvalidDataException)
            {
                // Either end is gone, or it was broken on purpose: both ends learn of it now.
            }

            await broken.CancelAsync();
        }
    }

    /// <summary>The first frame says who calls.</summary>
    private static async Task<(string From, byte[] Hello)> HelloAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var greeting = new byte[BitConverter.ToInt32(length)];
        await stream.ReadExactlyAsync(greeting, cancellationToken);
        return (CallerOf(greeting), [.. length, .. greeting]);
    }

    private static string CallerOf(byte[] greeting)
    {
        var reader = new ByteReader(greeting);
        reader.UInt32();
        reader.UInt16();
        reader.Byte();
        return reader.Text();
    }

    private async Task PumpAsync(NetworkStream source, NetworkStream target, string from, string to, CancellationToken cancellationToken)
    {
        var piece = new byte[PieceBytes];
        while (await source.ReadAsync(piece, cancellationToken) is > 0 and var length)
        {
            await FlowAsync(from, to, length, cancellationToken);
            await target.WriteAsync(piece.AsMemory(0, length), cancellationToken);
        }
    }

    private async Task FlowAsync(string from, string to, int bytes, CancellationToken cancellationToken)
    {
        while (!MayPass(from, to, bytes))
        {
            await Task.Delay(Look, cancellationToken);
        }
    }

    private bool MayPass(string from, string to, int bytes)
    {
        lock (gate)
        {
            if (breakAfter.TryGetValue((from, to), out var left) && (breakAfter[(from, to)] = left - bytes) < 0)
            {
                Breaks++;
                breakAfter[(from, to)] = left + PieceBytes;
                throw new IOException("broken on purpose");
            }

            return !cut.Contains((from, to));
        }
    }
}
