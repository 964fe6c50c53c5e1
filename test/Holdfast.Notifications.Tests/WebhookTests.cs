using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.Webhook;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

public sealed class WebhookTests
{
    private const string Secret = "a-shared-secret";
    private static readonly FakeTimeProvider Time = new(Notices.Noon + TimeSpan.FromSeconds(5));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_fires_is_posted_with_all_that_is_known()
    {
        await using var receiver = await HttpReceiver.StartAsync();

        var request = await SendAsync(receiver, Notices.Lag);

        Assert.Equal(("POST", "/hook?team=1", "application/json"), (request.Method, request.Path, request.Headers["Content-Type"]));
        Assert.Equal(
            """{"version":1,"key":"shop/ReplicaLag/node2","scope":"shop","status":"firing","severity":"warning","title":"node2 is 120 MB behind","text":"The replica node2 replays more slowly than the primary writes.","started_at":"2026-05-01T12:00:00+00:00","labels":{"alertname":"ReplicaLag","member":"node2"},"annotations":{"lag":"120 MB"},"link":"https://docs.example/rules/ReplicaLag","choices":[{"label":"Approve","url":"https://shop.example/answer?a=1\u0026k=x"},{"label":"Reject","url":"https://shop.example/answer?a=0"}]}""",
            request.Body);
    }

    [Fact]
    public async Task What_is_over_says_when_it_ended_and_leaves_out_what_is_not_there()
    {
        await using var receiver = await HttpReceiver.StartAsync();

        var request = await SendAsync(receiver, Notices.Plain("NoLeader").Critical.Resolved);

        Assert.Equal(
            """{"version":1,"key":"shop/NoLeader","scope":"shop","status":"resolved","severity":"critical","title":"NoLeader","text":"Something is wrong.","started_at":"2026-05-01T12:00:00+00:00","ended_at":"2026-05-01T12:03:00+00:00","labels":{},"annotations":{},"choices":[]}""",
            request.Body);
    }

    [Fact]
    public async Task A_request_is_signed_with_the_secret_over_the_timestamp_and_the_body()
    {
        await using var receiver = await HttpReceiver.StartAsync();

        var request = await SendAsync(receiver, Notices.Lag);

        Assert.Equal("1777636805", request.Headers["X-Holdfast-Timestamp"]);
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"1777636805.{request.Body}")));
        Assert.Equal($"sha256={expected}", request.Headers["X-Holdfast-Signature"]);
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_signed()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        using var webhook = new WebhookNotifier("hook", new WebhookOptions { Target = new HttpTarget { Url = receiver.Url("/") } }, Time);

        await webhook.NotifyAsync(Notices.Lag, Stop);

        Assert.DoesNotContain((await receiver.NextAsync(Stop)).Headers.Keys, header => header.StartsWith("X-Holdfast", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("shell", "bash")]
    [InlineData("python", "python3")]
    public async Task The_snippets_of_the_manual_verify_a_signature(string language, string program)
    {
        Assert.SkipUnless(Directory.EnumerateFiles("/usr/bin", program).Any() && File.Exists("/usr/bin/openssl"), $"{program} and openssl are needed");
        await using var receiver = await HttpReceiver.StartAsync();
        var request = await SendAsync(receiver, Notices.Lag);
        var snippet = Manual.Block("notifications.md", language, "X-Holdfast-Signature");

        Assert.Equal(0, await RunAsync(program, snippet, request, request.Body));
        Assert.NotEqual(0, await RunAsync(program, snippet, request, request.Body + " "));
    }

    private static async Task<ReceivedRequest> SendAsync(HttpReceiver receiver, Ports.Notifications.Notification notification)
    {
        var options = new WebhookOptions { Target = new HttpTarget { Url = receiver.Url("/hook?team=1") }, Secret = Secret };
        using var webhook = new WebhookNotifier("hook", options, Time);
        await webhook.NotifyAsync(notification, Stop);
        return await receiver.NextAsync(Stop);
    }

    private static async Task<int> RunAsync(string program, string snippet, ReceivedRequest request, string body)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, body, Stop);
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "-c", snippet },
            Environment =
            {
                ["SECRET"] = Secret,
                ["TIMESTAMP"] = request.Headers["X-Holdfast-Timestamp"],
                ["SIGNATURE"] = request.Headers["X-Holdfast-Signature"],
                ["BODY"] = file,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Stop);
        File.Delete(file);
        return process.ExitCode;
    }
}
