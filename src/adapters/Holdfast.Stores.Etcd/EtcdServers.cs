using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Holdfast.Stores.Etcd.Protocol;

namespace Holdfast.Stores.Etcd;

/// <summary>The servers of one etcd cluster: one of them is in use until it fails to answer; then it is the next one's turn.</summary>
internal sealed class EtcdServers : IDisposable
{
    private const int AnswerBytesMax = 64 * 1024 * 1024;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);
    private readonly EtcdStoreOptions options;
    private readonly X509Certificate2? own;
    private readonly X509Certificate2Collection authorities = [];
    private readonly GrpcChannel[] channels;
    private readonly string?[] tokens;
    private int current;

    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public EtcdServers(EtcdStoreOptions options)
    {
        this.options = options;
        if (options.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        own = options.CertFile is { } certificate ? X509Certificate2.CreateFromPemFile(certificate, options.KeyFile ?? certificate) : null;
        channels = [.. options.Endpoints.Select(Open)];
        tokens = new string?[channels.Length];
    }

    public int Count => channels.Length;

    /// <summary>The server to ask now.</summary>
    public int Current => Volatile.Read(ref current);

    public string NameOf(int server) => options.Endpoints[server].Authority;

    public CallInvoker Invoker(int server) => channels[server].CreateCallInvoker();

    /// <summary>Asks the next one from now on, unless somebody else has already turned away from this one.</summary>
    public void Leave(int server) => Interlocked.CompareExchange(ref current, (server + 1) % channels.Length, server);

    public void ForgetToken(int server) => Volatile.Write(ref tokens[server], null);

    /// <summary>What goes with every call: who asks.</summary>
    public async Task<Metadata> CredentialsAsync(int server, DateTime deadline, CancellationToken cancellationToken)
    {
        if (options is not { Username: { } username, Password: { } password })
        {
            return [];
        }

        if (Volatile.Read(ref tokens[server]) is not { } token)
        {
            var request = new AuthenticateRequest { Name = username, Password = password };
            var answer = await new Auth.AuthClient(Invoker(server)).AuthenticateAsync(request, null, deadline, cancellationToken);
            Volatile.Write(ref tokens[server], token = answer.Token);
        }

        return new Metadata { { "token", token } };
    }

    public void Dispose()
    {
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        own?.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private GrpcChannel Open(Uri endpoint)
    {
        var security = new SslClientAuthenticationOptions
        {
            ClientCertificates = own is null ? null : [own],
            RemoteCertificateValidationCallback = authorities.Count > 0 ? IsTrusted : null,
        };
#pragma warning disable CA2000 // The channel disposes of its handler.
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.AttemptTimeout,
            SslOptions = security,
            UseProxy = false,

            // Left to itself the library connects beside the handler, and after a failure not again for up to two minutes.
            ConnectCallback = static (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),
            EnableMultipleHttp2Connections = true,

            // A server that is frozen, or whose host is gone, must not keep a watch that says nothing.
            KeepAlivePingDelay = PingEvery,
            KeepAlivePingTimeout = options.AttemptTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
#pragma warning restore CA2000
        return GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = AnswerBytesMax,
            MaxSendMessageSize = AnswerBytesMax,
            ThrowOperationCanceledOnCancellation = false,
        });
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
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

    private bool IsTrusted(object sender, X509Certificate? presented, X509Chain? sentAlong, SslPolicyErrors errors)
    {
        if (presented is not X509Certificate2 server || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(sentAlong?.ChainPolicy.ExtraStore ?? []);
        return chain.Build(server);
    }
}
