// The socket holds all that a stream holds, and is disposed of on every failure: here, and by whoever accepted it.
#pragma warning disable CA2000

using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Makes connections to nodes, and dresses those that come in.</summary>
internal sealed class Connector(TransportSecrets secrets, TransportTls? tls, TimeProvider time)
{
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    public async Task<(FrameChannel Channel, Introduction Other)> CallAsync(
        string address, Introduction self, int frameBytesMax, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var (host, port) = Addresses.Split(address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Prepare(socket);
            await socket.ConnectAsync(host, port, either.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            stream = tls is null ? stream : await tls.CallAsync(stream, host, either.Token);
            var channel = new FrameChannel(stream, Handshake.FrameBytesMax);
            var expected = self.Purpose == ConnectionPurpose.Peer ? address : null;
            var other = await Handshake.CallAsync(channel, self, expected, secrets, either.Token);
            channel.FrameBytesMax = frameBytesMax;
            return (channel, other);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"no answer from {address} within {CallTimeout.TotalSeconds:0} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<(FrameChannel Channel, Introduction Other)> AnswerAsync(
        Socket socket, Introduction self, Func<Introduction, bool> isWelcome, int frameBytesMax, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            Prepare(socket);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            stream = tls is null ? stream : await tls.AnswerAsync(stream, either.Token);
            var channel = new FrameChannel(stream, Handshake.FrameBytesMax);
            var other = await Handshake.AnswerAsync(channel, self, isWelcome, secrets, either.Token);
            channel.FrameBytesMax = frameBytesMax;
            return (channel, other);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HandshakeException($"the handshake took longer than {HandshakeTimeout.TotalSeconds:0} s");
        }
    }

    private static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            // TCP_USER_TIMEOUT: after a partition TCP would wait ever longer between retransmissions, up to minutes.
            socket.SetRawSocketOption(6, 18, MemoryMarshal.AsBytes<int>([5000]));
        }
    }
}
