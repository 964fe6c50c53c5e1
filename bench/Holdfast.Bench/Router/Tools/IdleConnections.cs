using System.Net;
using System.Net.Sockets;

namespace Holdfast.Bench.Router.Tools;

/// <summary>Connections to a <see cref="Sink"/> through a proxy; every one has carried a byte there and back.</summary>
internal sealed class IdleConnections(int port, TimeProvider time) : IDisposable
{
    private const int AtOnce = 32;
    private readonly List<Socket> sockets = [];

    /// <summary>How long a byte may take there and back.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Opens as many as are missing; answers how many there are now.</summary>
    public async Task<int> GrowAsync(int count, CancellationToken stopping)
    {
        while (sockets.Count < count)
        {
            var portion = Enumerable.Range(0, Math.Min(AtOnce, count - sockets.Count)).Select(_ => OpenAsync(stopping));
            var opened = (await Task.WhenAll(portion)).OfType<Socket>().ToList();
            sockets.AddRange(opened);
            if (opened.Count == 0)
            {
                break;
            }
        }

        return sockets.Count;
    }

    /// <summary>How many still carry a byte.</summary>
    public async Task<int> CountAsync(CancellationToken stopping)
    {
        var count = 0;
        foreach (var portion in sockets.Chunk(AtOnce))
        {
            count += (await Task.WhenAll(portion.Select(socket => CarriesAsync(socket, stopping)))).Count(carries => carries);
        }

        return count;
    }

    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    private async Task<Socket?> OpenAsync(CancellationToken stopping)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), stopping);
            if (await CarriesAsync(socket, stopping))
            {
                return socket;
            }
        }
        catch (SocketException)
        {
            // Counted as missing.
        }

        socket.Dispose();
        return null;
    }

    private async Task<bool> CarriesAsync(Socket socket, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        var bytes = new byte[1];
        try
        {
            return await socket.SendAsync(bytes, either.Token) == 1 && await socket.ReceiveAsync(bytes, either.Token) == 1;
        }
        catch (Exception lost) when (lost is SocketException || (lost is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return false;
        }
    }
}
