using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Authentication;

namespace Holdfast.Stores.Kubernetes;

/// <summary>
/// How the API server is reached, trusted and told who asks. Where and as whom is the official client's to find out; its client itself is not
/// used, since a native executable would carry the types of all that Kubernetes knows, in every process's memory.
/// </summary>
internal sealed class KubernetesConnection : IDisposable
{
    private readonly Uri server;
    private readonly ServiceClientCredentials? credentials;
    private readonly FileToken? token;
    private readonly HttpClient http;

    private KubernetesConnection(KubernetesClientConfiguration configuration, FileToken? token, TimeSpan connectTimeout)
    {
        this.token = token;
        server = new Uri(configuration.Host ?? throw new FormatException("it names no server"));
        credentials = k8s.Kubernetes.CreateCredentials(configuration);
#pragma warning disable CA2000 // The client owns its handler.
        var handler = new SocketsHttpHandler { ConnectTimeout = connectTimeout, SslOptions = SecurityOf(configuration), UseProxy = false, AllowAutoRedirect = false };
#pragma warning restore CA2000
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("holdfast");
    }

    public string Server => server.Authority;

    /// <exception cref="IOException">What says how to reach the server cannot be read, or makes no sense.</exception>
    /// <remarks>The client complains of files that it cannot use by exceptions of many kinds, a bare one for an auth-provider among them.</remarks>
    public static KubernetesConnection Open(KubernetesAccess access, TimeSpan connectTimeout, TimeProvider time)
    {
        try
        {
            var token = access is KubernetesAccess.InCluster { AccountDirectory: var directory } ? new FileToken(Path.Combine(directory, "token"), time) : null;
            return new KubernetesConnection(ConfigurationOf(access, token), token, connectTimeout);
        }
        catch (Exception wrong) when (wrong is not (IOException or UnauthorizedAccessException))
        {
            throw new IOException($"{(access as KubernetesAccess.KubeConfig)?.File}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Sends a request whose address is relative to the server's.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(server, path);

        // A connection each: what hangs on one of them does not hold up the others.
        request.Version = HttpVersion.Version11;
        if (credentials is not null)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The server does not take the token any more: perhaps there is a newer one.</summary>
    public void ForgetToken() => token?.Forget();

    public void Dispose() => http.Dispose();

    private static KubernetesClientConfiguration ConfigurationOf(KubernetesAccess access, FileToken? token)
    {
        var (configuration, authorities) = access switch
        {
            KubernetesAccess.InCluster pod => (
                new KubernetesClientConfiguration { Host = pod.Server.AbsoluteUri, TokenProvider = token },
                pod.CaFile ?? (pod.Server.Scheme == Uri.UriSchemeHttps ? Path.Combine(pod.AccountDirectory, "ca.crt") : null)),
            KubernetesAccess.KubeConfig file => (KubernetesClientConfiguration.BuildConfigFromConfigFile(file.File, file.Context), file.CaFile),
            _ => throw new InvalidOperationException($"no such access: {access}"),
        };
        if (authorities is not null)
        {
            configuration.SslCaCerts = new X509Certificate2Collection();
            configuration.SslCaCerts.ImportFromPemFile(authorities);
        }

        return configuration;
    }

    /// <summary>Authorities that are named are the only ones that are trusted.</summary>
    private static SslClientAuthenticationOptions SecurityOf(KubernetesClientConfiguration configuration)
    {
        var security = new SslClientAuthenticationOptions();
        if (configuration.SkipTlsVerify)
        {
#pragma warning disable CA5359 // The kubeconfig file says so: insecure-skip-tls-verify.
            security.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (configuration.TlsServerName is { Length: > 0 } name)
        {
            security.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None && shown is X509Certificate2 certificate && certificate.MatchesHostname(name);
        }

        if (configuration.SslCaCerts is { } authorities)
        {
            security.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            security.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

#pragma warning disable CA2000 // It is shown for as long as the connection lives.
        if (CertificateOf(configuration) is { } own)
#pragma warning restore CA2000
        {
            security.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        return security;
    }

    /// <summary>The kubeconfig file holds it, base64 around PEM, or names its files.</summary>
    private static X509Certificate2? CertificateOf(KubernetesClientConfiguration configuration)
    {
        var certificate = PemOf(configuration.ClientCertificateData, configuration.ClientCertificateFilePath);
        var key = PemOf(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? PemOf(string? data, string? file) => data switch
    {
        { Length: > 0 } => Encoding.UTF8.GetString(Convert.FromBase64String(data)),
        _ => string.IsNullOrEmpty(file) ? null : File.ReadAllText(file),
    };
}
