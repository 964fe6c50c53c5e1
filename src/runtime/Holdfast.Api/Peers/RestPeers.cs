using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Model;
using Holdfast.Ports.Peers;

namespace Holdfast.Api.Peers;

/// <summary>The other members over their REST interfaces.</summary>
public sealed class RestPeers : IMemberPeers, IDisposable
{
    /// <summary>An agent that is there answers from memory.</summary>
    private static readonly TimeSpan PresenceLimit = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly string scope;
    private readonly PeerTls tls;
    private readonly HttpClient anyone;

    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    public RestPeers(RestPeerOptions options, TimeProvider time)
    {
        this.time = time;
        scope = options.Scope;
        tls = PeerTls.Read(options);
        anyone = tls.CreateClient(verifies: false);
    }

    public async Task<PeerPresence> LookForAsync(string apiUrl, MemberName name, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(PresenceLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await anyone.GetAsync(new Uri(apiUrl), either.Token);
            var status = await answer.Content.ReadFromJsonAsync(ApiJson.Wire.MemberStatus, either.Token);
            return status?.Patroni is { } software && (software.Name != name.Text || software.Scope != scope)
                ? PeerPresence.SomebodyElse
                : PeerPresence.Present;
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return PeerPresence.Present;
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return PeerPresence.Absent;
        }
    }

    public void Dispose()
    {
        anyone.Dispose();
        tls.Dispose();
    }
}
