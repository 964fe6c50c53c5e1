using System.Diagnostics;
using System.Text.Json;
using Holdfast.Demo.Cluster;
using Xunit;

namespace Holdfast.Telemetry.Tests;

/// <summary>A real receiver, as tools/get-victoriametrics unpacks it beside the built projects; the test is skipped where it is not.</summary>
internal sealed class VictoriaMetrics : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("holdfast-victoriametrics-");
    private readonly HttpClient http = new();
    private readonly Process process;

    private VictoriaMetrics(string program, int port)
    {
        http.BaseAddress = new($"http://127.0.0.1:{port}");
        process = Process.Start(new ProcessStartInfo(program, [$"-httpListenAddr=127.0.0.1:{port}", $"-storageDataPath={directory.FullName}", "-search.latencyOffset=0s", "-loggerLevel=ERROR"]))
            ?? throw new InvalidOperationException("VictoriaMetrics did not start");
    }

    public Uri Endpoint => new(http.BaseAddress!, "/opentelemetry/v1/metrics");

    public static async Task<VictoriaMetrics> StartAsync(CancellationToken cancellationToken)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../victoriametrics/bin/victoria-metrics"));
        Assert.SkipUnless(File.Exists(program), "there is no VictoriaMetrics: tools/get-victoriametrics unpacks it into artifacts/victoriametrics");
        var server = new VictoriaMetrics(program, FreePorts.Take(1)[0]);
        await UntilAsync(async () => (await server.http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken)).IsSuccessStatusCode, cancellationToken);
        return server;
    }

    /// <summary>Waits until a question in PromQL has an answer for which it is so: each series' labels, and its value.</summary>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, string Value)>> UntilAsync(
        string question, Func<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, string Value)>, bool> isSo, CancellationToken cancellationToken)
    {
        IReadOnlyList<(IReadOnlyDictionary<string, string>, string)> answer = [];
        await UntilAsync(async () => isSo(answer = await AskAsync(question, cancellationToken)), cancellationToken);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        directory.Delete(recursive: true);
    }

    private async Task<IReadOnlyList<(IReadOnlyDictionary<string, string>, string)>> AskAsync(string question, CancellationToken cancellationToken)
    {
        // What has just come is searched for at once only when it is asked to be.
        await http.GetAsync(new Uri("/internal/force_flush", UriKind.Relative), cancellationToken);
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(question)}&nocache=1", UriKind.Relative), cancellationToken));
        return
        [
            .. from series in answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
               select ((IReadOnlyDictionary<string, string>)series.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!),
                   series.GetProperty("value")[1].GetString()!),
        ];
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        while (!await IsSoAsync(isSo))
        {
            await Task.Delay(100, limit.Token);
        }
    }

    private static async Task<bool> IsSoAsync(Func<Task<bool>> isSo)
    {
        try
        {
            return await isSo();
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
