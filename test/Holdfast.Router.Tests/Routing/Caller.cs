using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>A client of the router.</summary>
internal sealed class Caller : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private Caller(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static Task<Caller> ConnectAsync(IPEndPoint address) => ConnectAsync(address, 64 * 1024);

    public static async Task<Caller> ConnectAsync(IPEndPoint address, int receiveBytes)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBytes };
        await socket.ConnectAsync(address, Ending);
        return new(socket);
    }

    /// <summary>Connects, and hears which member serves it.</summary>
    public static async Task<(Caller Caller, char Member)> ServedAsync(IPEndPoint address)
    {
        var caller = await ConnectAsync(address);
        return (caller, await caller.HearMemberAsync());
    }

    /// <summary>Whether a connection is made and broken, which can be so quick that it is never seen to be made.</summary>
    public static async Task<bool> IsRefusedAsync(IPEndPoint address)
    {
        try
        {
            using var caller = await ConnectAsync(address);
            return await caller.IsBrokenAtTheEndAsync();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public async Task<char> HearMemberAsync() => (char)(await ReadAsync(1))[0];

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes, Ending).AsTask().WaitAsync(Limit, Ending)..];
        }
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var offset = 0; offset < count;)
        {
            var received = await Socket.ReceiveAsync(bytes.AsMemory(offset), Ending).AsTask().WaitAsync(Limit, Ending);
            Assert.True(received > 0, $"the connection ended after {offset} of {count} bytes");
            offset += received;
        }

        return bytes;
    }

    /// <summary>Sends while it reads the same back.</summary>
    public async Task EchoAsync(byte[] bytes)
    {
        var sending = SendAsync(bytes);
        Assert.Equal(bytes, await ReadAsync(bytes.Length));
        await sending;
    }

    /// <summary>Reads on until the connection ends: whether it was broken rather than ended.</summary>
    public async Task<bool> IsBrokenAtTheEndAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await Socket.ReceiveAsync(buffer, Ending).AsTask().WaitAsync(Limit, Ending) > 0)
            {
            }

            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Reset()
    {
        Socket.LingerState = new(true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();
}
