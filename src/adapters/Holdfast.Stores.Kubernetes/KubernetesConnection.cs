using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using k8s.Exceptions;

namespace Holdfast.Stores.Kubernetes;

/// <summary>The official client: how the API server is reached, trusted and told who asks.</summary>
internal sealed class KubernetesConnection : IDisposable
{
    private readonly k8s.Kubernetes client;
    private readonly FileToken? token;

    private KubernetesConnection(KubernetesClientConfiguration configuration, FileToken? token, TimeSpan connectTimeout)
    {
        this.token = token;
        configuration.UserAgent = "holdfast";
        configuration.FirstMessageHandlerSetup = handler =>
        {
            handler.ConnectTimeout = connectTimeout;
            handler.UseProxy = false;
            handler.AllowAutoRedirect = false;
        };
        client = new k8s.Kubernetes(configuration);
    }

    public string Server => client.BaseUri.Authority;

    /// <exception cref="IOException">What says how to reach the server cannot be read, or makes no sense.</exception>
    public static KubernetesConnection Open(KubernetesAccess access, TimeSpan connectTimeout, TimeProvider time)
    {
        try
        {
            var token = access is KubernetesAccess.InCluster { AccountDirectory: var directory } ? new FileToken(Path.Combine(directory, "token"), time) : null;
            return new KubernetesConnection(ConfigurationOf(access, token), token, connectTimeout);
        }
        catch (Exception wrong) when (wrong is KubeConfigException or KubernetesClientException or YamlDotNet.Core.YamlException or FormatException or NullReferenceException)
        {
            throw new IOException($"{(access as KubernetesAccess.KubeConfig)?.File}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Sends a request whose address is relative to the server's.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(client.BaseUri, path);

        // A connection each: what hangs on one of them does not hold up the others.
        request.Version = HttpVersion.Version11;
        if (client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        return await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The server does not take the token any more: perhaps there is a newer one.</summary>
    public void ForgetToken() => token?.Forget();

    public void Dispose() => client.Dispose();

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
}
