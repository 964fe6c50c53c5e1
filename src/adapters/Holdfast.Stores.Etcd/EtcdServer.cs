using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Holdfast.Stores.Etcd.Protocol;

namespace Holdfast.Stores.Etcd;

/// <summary>One server: the connection to it, and the token it gave to this client.</summary>
internal sealed class EtcdServer : IDisposable
{
    private const int AnswerBytesMax = 64 * 1024 * 1024;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);
    private readonly EtcdStoreOptions options;
    private readonly GrpcChannel channel;
    private string? token;

    public EtcdServer(EtcdAddress address, EtcdSecurity security, EtcdStoreOptions options)
    {
        this.options = options;
        Address = address;
        channel = Open(address, security, options);
    }

    public EtcdAddress Address { get; }

    public string Name => Address.ToString();

    public CallInvoker Invoker() => channel.CreateCallInvoker();

    public void ForgetToken() => Volatile.Write(ref token, null);

    /// <summary>What goes with every call: who asks.</summary>
    public async Task<Metadata> CredentialsAsync(DateTime deadline, CancellationToken cancellationToken)
    {
        if (options is not { Username: { } username, Password: { } password })
        {
            return [];
        }

        if (Volatile.Read(ref token) is not { } known)
        {
            var request = new AuthenticateRequest { Name = username, Password = password };
            var answer = await new Auth.AuthClient(Invoker()).AuthenticateAsync(request, null, deadline, cancellationToken);
            Volatile.Write(ref token, known = answer.Token);
        }

        return new Metadata { { "token", known } };
    }

    public void Dispose() => channel.Dispose();

    private static GrpcChannel Open(EtcdAddress address, EtcdSecurity security, EtcdStoreOptions options)
    {
#pragma warning disable CA2000 // The channel disposes of its handler.
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.AttemptTimeout,
            SslOptions = security.Client(),
            UseProxy = false,

            // Left to itself the library connects beside the handler, and after a failure not again for up to two minutes.
            ConnectCallback = (context, cancellationToken) => ConnectAsync(
                address.Address is { } known ? new IPEndPoint(known, context.DnsEndPoint.Port) : context.DnsEndPoint, cancellationToken),
            EnableMultipleHttp2Connections = true,

            // A server that is frozen, or whose host is gone, must not keep a watch that says nothing.
            KeepAlivePingDelay = PingEvery,
            KeepAlivePingTimeout = options.AttemptTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
#pragma warning restore CA2000
        return GrpcChannel.ForAddress(address.Endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = AnswerBytesMax,
            MaxSendMessageSize = AnswerBytesMax,
            ThrowOperationCanceledOnCancellation = false,
        });
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint address, CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // The stream owns it.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
