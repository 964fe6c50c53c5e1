using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>A real Alertmanager on loopback, in a directory of its own.</summary>
internal sealed partial class AlertmanagerServer : IAsyncDisposable
{
    private static readonly string Program = Environment.GetEnvironmentVariable("HOLDFAST_ALERTMANAGER")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../prometheus/bin/alertmanager"));

    private readonly HttpClient http = new();
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-alertmanager-").FullName;
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process process;

    private AlertmanagerServer()
    {
        var settings = Path.Combine(directory, "alertmanager.yml");
        File.WriteAllText(settings, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
        process = new Process
        {
            StartInfo = new ProcessStartInfo(Program)
            {
                ArgumentList = { "--config.file", settings, "--storage.path", directory, "--web.listen-address", "127.0.0.1:0", "--cluster.listen-address=" },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public static async Task<AlertmanagerServer> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(File.Exists(Program), $"there is no {Program}: tools/get-prometheus unpacks it");
        var server = new AlertmanagerServer();
        try
        {
            server.Url = await server.listening.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the only alert that is active is as it should be; null where there is none.</summary>
    public async Task<JsonElement?> AlertAsync(Func<JsonElement?, bool> isSo, CancellationToken cancellationToken)
    {
        while (true)
        {
            var alerts = JsonDocument.Parse(await http.GetStringAsync(new Uri(Url, "/api/v2/alerts?active=true"), cancellationToken)).RootElement;
            JsonElement? alert = alerts.GetArrayLength() == 0 ? null : alerts.EnumerateArray().Single();
            if (isSo(alert))
            {
                return alert;
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            listening.TrySetException(new InvalidOperationException("Alertmanager did not start"));
        }
        else if (Listening().Match(line) is { Success: true } match)
        {
            listening.TrySetResult(new Uri($"http://127.0.0.1:{match.Groups[1].Value}"));
        }
    }

    [GeneratedRegex(@"address=127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
