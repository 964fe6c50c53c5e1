using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Model;
using Holdfast.Ports.Peers;

namespace Holdfast.Api.Peers;

/// <summary>Members' health by Patroni's endpoint <c>/patroni</c>, so that Patroni's members answer as well.</summary>
public sealed class RestHealth : IMemberHealthSource, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private readonly TimeProvider time;
    private readonly PeerTls tls;
    private readonly HttpClient members;
    private volatile AuthenticationHeaderValue? proof;

    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    public RestHealth(RestPeerOptions options, TimeProvider time)
    {
        this.time = time;
        tls = PeerTls.Read(options);
        members = tls.CreateClient(verifies: true);
        proof = options.Proof;
    }

    /// <summary>Takes up another password or token; certificates stay as they are until the next start.</summary>
    public void Reload(RestPeerOptions options) => proof = options.Proof;

    public async Task<MemberHealthAnswer?> AskAsync(string apiUrl, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(apiUrl), "/patroni"));
            request.Headers.Authorization = proof;
            using var answer = await members.SendAsync(request, either.Token);
            return await answer.Content.ReadFromJsonAsync(ApiJson.Wire.MemberStatus, either.Token) is { } status ? Of(status) : null;
        }
        catch (Exception silent) when (silent is HttpRequestException or IOException or JsonException or NotSupportedException or UriFormatException
            || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose()
    {
        members.Dispose();
        tls.Dispose();
    }

    private static MemberHealthAnswer Of(MemberStatus status) => new(
        status switch
        {
            { State: not "running" } => DatabaseRole.Unknown,
            { Role: "primary" or "master" } => DatabaseRole.Primary,
            _ => DatabaseRole.Replica,
        },
        status.Timeline is { } timeline ? new Timeline(timeline) : null,
        status.Xlog?.Location is { } position ? new LogPosition(position) : null,
        status.Xlog?.ReplayedLocation is { } replayed ? new LogPosition(replayed) : null);
}
