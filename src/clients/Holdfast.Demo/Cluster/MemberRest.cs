using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Demo.Cluster;

/// <summary>Asks members over REST, as any client would; a member that does not answer in time is an answer too: null.</summary>
public sealed class MemberRest : IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SwitchoverLimit = TimeSpan.FromSeconds(60);
    private readonly HttpClient reader = new() { Timeout = ReadLimit };
    private readonly HttpClient writer = new() { Timeout = SwitchoverLimit };

    public async Task<ClusterStatus?> ClusterAsync(MemberPlan member, CancellationToken cancellationToken)
    {
        using var body = await ReadAsync(member, "/cluster", cancellationToken);
        return body is null ? null : ClusterStatus.Parse(body.RootElement);
    }

    /// <summary>The body of a GET, whatever the status: Patroni's health checks carry theirs with 503 too.</summary>
    public async Task<JsonDocument?> ReadAsync(MemberPlan member, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await reader.GetAsync(new Uri(member.RestUrl + path), cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonDocument.ParseAsync(stream, default, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException || IsTimeout(exception, cancellationToken))
        {
            return null;
        }
    }

    /// <summary>Asks the leader to hand over; null when it was accepted, else what it answered.</summary>
    public async Task<string?> SwitchoverAsync(MemberPlan leader, string candidate, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["leader"] = leader.Name, ["candidate"] = candidate }.ToJsonString();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            using var response = await writer.PostAsync(new Uri(leader.RestUrl + "/switchover"), content, cancellationToken);
            return response.IsSuccessStatusCode ? null : await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException || IsTimeout(exception, cancellationToken))
        {
            return exception.Message;
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        writer.Dispose();
    }

    private static bool IsTimeout(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;
}
