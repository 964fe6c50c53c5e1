using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Holdfast.Conformance;

namespace Holdfast.Router.Tests.Routing;

/// <summary>A member whose "database" says its name's first letter to whoever connects, and then does as the test wants: by default it echoes.</summary>
internal sealed class TestMember : IAsyncDisposable
{
    private readonly Func<Socket, Task> serve;
    private readonly ConcurrentBag<Socket> sockets = [];
    private Socket? listener;

    public TestMember(string name, Func<Socket, Task>? serve = null, IPAddress? address = null)
    {
        Name = name;
        this.serve = serve ?? EchoAsync;
        Address = new(address ?? IPAddress.Loopback, 0);
        Open();
    }

    public string Name { get; }

    public IPEndPoint Address { get; private set; }

    /// <summary>Bytes that were sent so far, by all connections.</summary>
    public long Sent => Volatile.Read(ref sent);

    private long sent;

    /// <summary>Until it has sent something, and nothing more is taken from it.</summary>
    public Task UntilStalledAsync()
    {
        const int Looks = 20;
        var (last, same) = (0L, 0);
        return Until.TrueAsync(() =>
        {
            same = Sent == last ? same + 1 : 0;
            last = Sent;
            return last > 1 && same > Looks;
        });
    }

    /// <summary>Connections from now on are refused; those that are there go on.</summary>
    public void Close()
    {
        listener?.Dispose();
        listener = null;
    }

    /// <summary>Takes connections, at the same address as before.</summary>
    public void Open()
    {
        listener = new(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(Address);
        listener.Listen(512);
        Address = (IPEndPoint)listener.LocalEndPoint!;
        _ = AcceptAsync(listener);
    }

    /// <summary>Breaks every connection.</summary>
    public void ResetAll()
    {
        foreach (var socket in sockets)
        {
            socket.LingerState = new(true, 0);
            socket.Dispose();
        }
    }

    public async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = await socket.SendAsync(bytes);
            Interlocked.Add(ref sent, count);
            bytes = bytes[count..];
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(Socket from)
    {
        try
        {
            while (true)
            {
                var socket = await from.AcceptAsync();
                socket.NoDelay = true;
                sockets.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await SendAsync(socket, new[] { (byte)Name[0] });
            await serve(socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other side has gone, or the test is over.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        for (var count = await socket.ReceiveAsync(buffer); count > 0; count = await socket.ReceiveAsync(buffer))
        {
            await SendAsync(socket, buffer.AsMemory(0, count));
        }
    }
}
