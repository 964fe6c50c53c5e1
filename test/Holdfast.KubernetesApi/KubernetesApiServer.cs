using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Holdfast.Demo.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.KubernetesApi;

/// <summary>
/// Our own model of the Kubernetes API server, for config maps, endpoints, leases and pods: real sockets on the loopback address, in this process.
/// It is not the real one; what it gets wrong, no test here will find.
/// </summary>
public sealed class KubernetesApiServer : IAsyncDisposable
{
    public const string Namespace = "databases";
    private readonly ApiStorage storage = new();
    private readonly ApiRequests requests;
    private readonly ConcurrentDictionary<HttpContext, bool> open = new();
    private readonly X509Certificate2? certificate;
#pragma warning disable CA2213 // Stopping disposes of it.
    private WebApplication? application;
#pragma warning restore CA2213

    /// <param name="certificate">The certificate and key it shows, as PEM files; null: no TLS.</param>
    /// <param name="key">The key's file.</param>
    public KubernetesApiServer(string? certificate = null, string? key = null)
    {
        this.certificate = certificate is null ? null : X509Certificate2.CreateFromPemFile(certificate, key);
        requests = new(storage, Faults, header => Tokens.Keys.Any(token => header == $"Bearer {token}"), TimeProvider.System);
        Port = FreePorts.Take(1)[0];
    }

    public ApiFaults Faults { get; } = new();

    /// <summary>The name of the authority whose certificates clients must show, before it starts; null: none.</summary>
    public string? ClientAuthority { get; set; }

    public int Port { get; }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"{(certificate is null ? "http" : "https")}://127.0.0.1:{Port}"));

    /// <summary>Whom it lets in.</summary>
    public ConcurrentDictionary<string, bool> Tokens { get; } = new([KeyValuePair.Create("a-token-that-is-good", true)]);

    public string Token => Tokens.Keys.First();

    /// <summary>What was asked and answered, in order, such as <c>patch leases 200</c>; watches are not told.</summary>
    public IReadOnlyCollection<string> Told => requests.Told;

    /// <summary>A file for kubectl and clients, for a user with a good token.</summary>
    public string KubeConfig => $$"""
        apiVersion: v1
        kind: Config
        current-context: model
        contexts:
        - name: model
          context: {cluster: model, user: member, namespace: {{Namespace}}}
        clusters:
        - name: model
          cluster: {server: "{{Address.AbsoluteUri.TrimEnd('/')}}"}
        users:
        - name: member
          user: {token: {{Token}}}
        """;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (application is not null)
        {
            return;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, Port, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = certificate;
                        https.ClientCertificateMode = ClientAuthority is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (shown, _, _) => shown.Issuer == ClientAuthority;
                    });
                }
            });
        });
        var starting = builder.Build();
        starting.Run(AnswerAsync);
        await starting.StartAsync(cancellationToken);
        application = starting;
    }

    /// <summary>Nobody listens any more; what was stored is there again after the next start.</summary>
    public async Task StopAsync()
    {
        if (application is { } running)
        {
            application = null;
            DropConnections();
            await running.StopAsync(new CancellationToken(true));
            await running.DisposeAsync();
        }
    }

    /// <summary>Every request that is being answered, watches among them, loses its connection.</summary>
    public void DropConnections()
    {
        foreach (var context in open.Keys)
        {
            try
            {
                context.Abort();
            }
            catch (ObjectDisposedException)
            {
                // It was answered meanwhile.
            }
        }
    }

    /// <summary>Watches can begin only from now on.</summary>
    public void Compact() => storage.Compact();

    public JsonObject? Find(ApiResource resource, string name)
    {
        try
        {
            return storage.Get(new(resource, Namespace, name));
        }
        catch (ApiException)
        {
            return null;
        }
    }

    public IReadOnlyList<JsonObject> List(ApiResource resource) => storage.List(new(resource, Namespace, null), null, null).Items;

    public void Create(ApiResource resource, JsonObject thing) => storage.Create(new(resource, Namespace, null), thing);

    public void Delete(ApiResource resource, string name) => storage.Delete(new(resource, Namespace, name), null);

    public async ValueTask DisposeAsync()
    {
        Faults.Heal();
        await StopAsync();
        certificate?.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        open[context] = true;
        try
        {
            await requests.AnswerAsync(context, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked has gone, or is made to.
        }
        finally
        {
            open.TryRemove(context, out _);
        }
    }
}
