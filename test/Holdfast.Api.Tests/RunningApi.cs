using System.Net.Http.Headers;
using System.Text;
using Holdfast.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Api.Tests;

/// <summary>A REST interface on a port of its own, over a scripted agent.</summary>
internal sealed class RunningApi : IAsyncDisposable
{
    private readonly RestApi api;

    private RunningApi(RestApi api, RestApiOptions options, ScriptedControl control, HttpClient client)
    {
        this.api = api;
        Options = options;
        Control = control;
        Client = client;
    }

    public ScriptedControl Control { get; }

    public HttpClient Client { get; }

    public Uri Address => api.Addresses[0];

    public RestApi Api => api;

    public static TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    public RestApiOptions Options { get; }

    private static RestApiOptions Usual => new()
    {
        Scope = "demo",
        Name = "a",
        Version = "4.1.0",
        Listen = [new("127.0.0.1", 0)],
    };

    public static Task<RunningApi> StartAsync(ClusterView? view) => StartAsync(view, options => options);

    public static async Task<RunningApi> StartAsync(ClusterView? view, Func<RestApiOptions, RestApiOptions> change)
    {
        var control = new ScriptedControl { View = view };
        var options = change(Usual);
        var api = new RestApi(options, control, TimeProvider.System, NullLoggerFactory.Instance);
        await api.StartAsync(CancellationToken.None);
        return new(api, options, control, new HttpClient { BaseAddress = api.Addresses[0] });
    }

    public async Task<(int Status, string Body)> AskAsync(string method, string path, string? body = null, string? credentials = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (credentials is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<(int Status, string Body)> AskWithTokenAsync(string token, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<int> StatusAsync(string path) => (await AskAsync("GET", path)).Status;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await api.DisposeAsync();
    }
}
