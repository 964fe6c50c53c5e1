using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Stores.Consul;

/// <summary>The servers or agents of one Consul: one of them is in use until it fails to answer; then it is the next one's turn.</summary>
internal sealed class ConsulServers : IDisposable
{
    private const string TokenHeader = "X-Consul-Token";
    private readonly ConsulStoreOptions options;
    private readonly X509Certificate2? own;
    private readonly X509Certificate2Collection authorities = [];
    private readonly HttpClient[] clients;
    private int current;

    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public ConsulServers(ConsulStoreOptions options)
    {
        this.options = options;
        if (options.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        own = options.CertFile is { } certificate ? X509Certificate2.CreateFromPemFile(certificate, options.KeyFile ?? certificate) : null;
        clients = [.. options.Endpoints.Select(Open)];
    }

    public int Count => clients.Length;

    /// <summary>The server to ask now.</summary>
    public int Current => Volatile.Read(ref current);

    public string NameOf(int server) => options.Endpoints[server].Authority;

    public HttpClient this[int server] => clients[server];

    /// <summary>Asks the next one from now on, unless somebody else has already turned away from this one.</summary>
    public void Leave(int server) => Interlocked.CompareExchange(ref current, (server + 1) % clients.Length, server);

    public void Dispose()
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }

        own?.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private HttpClient Open(Uri endpoint)
    {
        var security = new SslClientAuthenticationOptions { ClientCertificates = own is null ? null : [own] };
        if (!options.VerifiesServer)
        {
#pragma warning disable CA5359 // The operator has said so: verify: false.
            security.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (authorities.Count > 0)
        {
            security.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            security.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

#pragma warning disable CA2000 // The client disposes of its handler.
        var handler = new SocketsHttpHandler { ConnectTimeout = options.AttemptTimeout, SslOptions = security, UseProxy = false, AllowAutoRedirect = false };
#pragma warning restore CA2000
        var client = new HttpClient(handler) { BaseAddress = endpoint, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.Token is { } token)
        {
            client.DefaultRequestHeaders.Add(TokenHeader, token);
        }

        return client;
    }
}
