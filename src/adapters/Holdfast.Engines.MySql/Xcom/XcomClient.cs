using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Holdfast.Engines.Jobs;

namespace Holdfast.Engines.MySql.Xcom;

/// <summary>
/// Asks a group's consensus for what its own members ask it for when they have missed one for long enough: to go on without it.
/// It is decided by a majority of the group or not at all, so it cannot split it. The messages are those of XCom's protocol
/// 1.1, which every MySQL from 8.0 on speaks (mysql-server, <c>xcom_vp.x</c>; XDR is RFC 4506).
/// </summary>
internal static class XcomClient
{
    private const int HeaderSize = 12;
    private const int ReplyMax = 1 << 20;

    /// <param name="host">Of the member that is asked, which must be in the group.</param>
    /// <param name="port">Of its group communication.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="address">Of the member to go on without, as the group knows it.</param>
    /// <param name="usesTls">The group's members talk by TLS (<c>group_replication_ssl_mode</c> other than <c>DISABLED</c>).</param>
    /// <param name="limit">Of the whole talk.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="JobFailedException">It does not answer, or not as it should, or refuses.</exception>
    public static async Task RemoveAsync(string host, int port, string group, string address, bool usesTls, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var talk = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        talk.CancelAfter(limit);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host, port, talk.Token);
            await using var stream = await OpenAsync(socket, usesTls, talk.Token);
            await NegotiateAsync(stream, talk.Token);
            await stream.WriteAsync(XcomMessage.RemoveNode(group, address), talk.Token);
            await ReadReplyAsync(stream, host, port, talk.Token);
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException)
        {
            throw new JobFailedException($"the group's member at {host}:{port} cannot be asked: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JobFailedException($"the group's member at {host}:{port} did not answer within {limit.TotalSeconds:0} s");
        }
    }

    private static async Task<Stream> OpenAsync(Socket socket, bool usesTls, CancellationToken cancellationToken)
    {
        var plain = new NetworkStream(socket);
        if (!usesTls)
        {
            return plain;
        }

        // It is this host's own server, which made its certificate itself: there is nobody to vouch for it, and nothing secret is said.
#pragma warning disable CA5359
        var secured = new SslStream(plain, leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "" }, cancellationToken);
        return secured;
    }

    private static async Task NegotiateAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(XcomMessage.Header(XcomMessage.VersionRequest, 0), cancellationToken);
        var header = new byte[HeaderSize];
        await stream.ReadExactlyAsync(header, cancellationToken);
        if (header[8] != XcomMessage.VersionReply || BinaryPrimitives.ReadInt32BigEndian(header) != XcomMessage.Protocol)
        {
            throw new JobFailedException("the group does not speak the protocol that its members can be put out by");
        }
    }

    private static async Task ReadReplyAsync(Stream stream, string host, int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            var header = new byte[HeaderSize];
            await stream.ReadExactlyAsync(header, cancellationToken);
            var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            if (length is < 0 or > ReplyMax)
            {
                throw new JobFailedException($"the group's member at {host}:{port} answered with {length} bytes");
            }

            var body = new byte[length];
            await stream.ReadExactlyAsync(body, cancellationToken);
            if (header[8] == XcomMessage.Normal)
            {
                if (XcomMessage.ReadVerdict(body) is { } refusal)
                {
                    throw new JobFailedException(refusal);
                }

                return;
            }
        }
    }
}
