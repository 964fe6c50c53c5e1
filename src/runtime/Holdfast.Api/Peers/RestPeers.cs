using System.Net;
using System.Net.Http.Headers;
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
    private readonly HttpClient members;
    private volatile AuthenticationHeaderValue? proof;

    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    public RestPeers(RestPeerOptions options, TimeProvider time)
    {
        this.time = time;
        scope = options.Scope;
        tls = PeerTls.Read(options);
        anyone = tls.CreateClient(verifies: false);
        members = tls.CreateClient(verifies: true);
        proof = options.Proof;
    }

    /// <summary>Takes up another password or token; certificates stay as they are until the next start.</summary>
    public void Reload(RestPeerOptions options) => proof = options.Proof;

    public async Task<PeerPresence> LookForAsync(string apiUrl, MemberName name, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(PresenceLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await anyone.GetAsync(new Uri(apiUrl), either.Token);
            var isPrivate = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
            using var known = isPrivate ? await AskTrustedAsync(apiUrl, either.Token) : null;
            var status = await (known ?? answer).Content.ReadFromJsonAsync(ApiJson.Wire.MemberStatus, either.Token);
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

    public async Task<LastWord> AskLastWordAsync(string apiUrl, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await AskAsync(apiUrl, "/holdfast/v1/status", cancellationToken);
            answer.EnsureSuccessStatusCode();
            var status = await answer.Content.ReadFromJsonAsync(ApiJson.Wire.HoldfastStatus, cancellationToken);
            return status?.FenceInMs is { } left and > 0 ? new LastWord.Serves(TimeSpan.FromMilliseconds(left)) : new LastWord.ServesNot();
        }
        catch (Exception failed) when (failed is OperationCanceledException or HttpRequestException or UriFormatException or IOException or JsonException)
        {
            return new LastWord.Unknown();
        }
    }

    public async Task<string?> ConfirmAsync(string apiUrl, LeaderClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            var body = new FailsafeBody { Name = claim.Leader.Text, Ttl = claim.TimeToLive.TotalSeconds };
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(apiUrl), "/failsafe"))
            {
                // With its length: Patroni's server takes no chunks.
                Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Wire.FailsafeBody)),
            };
            request.Headers.Authorization = proof;
            using var answer = await members.SendAsync(request, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK
                ? null
                : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}".TrimEnd();
        }
        catch (OperationCanceledException)
        {
            return "no answer came in time";
        }
        catch (Exception failed) when (failed is HttpRequestException or UriFormatException or IOException)
        {
            return failed.InnerException?.Message ?? failed.Message;
        }
    }

    public void Dispose()
    {
        anyone.Dispose();
        members.Dispose();
        tls.Dispose();
    }

    /// <summary>Null when who answers there is not trusted.</summary>
    private async Task<HttpResponseMessage?> AskTrustedAsync(string apiUrl, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(apiUrl, new Uri(apiUrl).PathAndQuery, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>A proof goes to nobody whose certificate is not trusted, where there are certificates.</summary>
    private async Task<HttpResponseMessage> AskAsync(string apiUrl, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(apiUrl), path));
        request.Headers.Authorization = proof;
        return await members.SendAsync(request, cancellationToken);
    }
}
