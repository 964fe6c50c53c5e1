using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Holdfast.StoreServers;

/// <summary>One etcd server as an operator's tools see it, by plain HTTP.</summary>
/// <param name="client">Where its JSON gateway is.</param>
/// <param name="metrics">Where it tells of its health, without certificates and passwords.</param>
internal sealed class EtcdServerView(Uri client, Uri metrics) : IDisposable
{
    // A question is asked again when no answer comes; a command is given once, and a busy server may take its time.
    private readonly HttpClient questions = new() { Timeout = TimeSpan.FromSeconds(1) };
    private readonly HttpClient commands = new() { Timeout = TimeSpan.FromSeconds(30) };

    public Uri Metrics => metrics;

    /// <summary>Whether it answers a linearizable read.</summary>
    public async Task<bool> IsWellAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await questions.GetAsync(new Uri(metrics, "/health"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception silent) when (IsSilence(silent, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>Null without an answer.</summary>
    public async Task<long?> TryRevisionAsync(CancellationToken cancellationToken) =>
        await TryAsync("kv/range", """{"key":"AA=="}""", cancellationToken) is { } answer ? Number(answer.GetProperty("header"), "revision") : null;

    /// <summary>Null without an answer.</summary>
    public async Task<EtcdStanding?> StandingAsync(CancellationToken cancellationToken)
    {
        if (await TryAsync("maintenance/status", "{}", cancellationToken) is not { } answer)
        {
            return null;
        }

        var member = Id(answer.GetProperty("header"), "member_id");
        return new(member, member == Id(answer, "leader"), Number(answer, "raftTerm"));
    }

    public async Task CallAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var answer = await PostAsync(commands, path, json, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        questions.Dispose();
        commands.Dispose();
    }

    private async Task<JsonElement?> TryAsync(string path, string json, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await PostAsync(questions, path, json, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return null;
            }

            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return document.RootElement.Clone();
        }
        catch (Exception silent) when (silent is JsonException || IsSilence(silent, cancellationToken))
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string json, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await http.PostAsync(new Uri(client, $"/v3/{path}"), body, cancellationToken);
    }

    private static bool IsSilence(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetString() is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;

    private static ulong Id(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetString() is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : 0;
}

/// <summary>Who a server is, and whether it believes to lead in its term.</summary>
internal sealed record EtcdStanding(ulong Member, bool Leads, long Term);
