using System.Net.Security;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Sessions.Transport;

/// <summary>One side of a session: a socket, in the clear or under TLS.</summary>
internal sealed class Wire : IDisposable
{
#pragma warning disable CA2213 // It is the TLS stream or the socket's own, which are disposed.
    private Stream stream;
#pragma warning restore CA2213

    public Wire(LoopSocket socket)
    {
        Socket = socket;
        stream = new LoopStream(socket);
    }

    public LoopSocket Socket { get; }

    public SslStream? Tls { get; private set; }

    /// <summary>Goes on under TLS as its server. The handshake's time is the caller's to limit: it resets the socket.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task BecomeTlsServerAsync(SslServerAuthenticationOptions options)
    {
#pragma warning disable CA2000 // The wire owns it.
        var tls = new SslStream(stream, leaveInnerStreamOpen: true);
#pragma warning restore CA2000
        await tls.AuthenticateAsServerAsync(options);
        Tls = tls;
        stream = tls;
    }

    /// <summary>Goes on under TLS as its client.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task BecomeTlsClientAsync(SslClientAuthenticationOptions options)
    {
#pragma warning disable CA2000 // The wire owns it.
        var tls = new SslStream(stream, leaveInnerStreamOpen: true);
#pragma warning restore CA2000
        await tls.AuthenticateAsClientAsync(options);
        Tls = tls;
        stream = tls;
    }

    /// <summary>Until something can be read, the end included. No buffer is held meanwhile.</summary>
    public async ValueTask WaitAsync()
    {
        if (Tls is null)
        {
            await Socket.Readable;
        }
        else
        {
            _ = await stream.ReadAsync(Memory<byte>.Empty);
        }
    }

    /// <summary>0 at the end.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer) => stream.ReadAsync(buffer);

    /// <exception cref="IOException">The connection broke.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask ReadExactlyAsync(Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = await ReadAsync(buffer);
            buffer = count > 0 ? buffer[count..] : throw new EndOfStreamException("the connection ended in the middle of a message");
        }
    }

    public void Reset() => Socket.Reset();

    public void Dispose()
    {
        Tls?.Dispose();
        Socket.Dispose();
    }
}
