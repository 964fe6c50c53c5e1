using System.Net;
using System.Net.Sockets;
using Holdfast.Notifications.Center;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.Slack;
using Holdfast.Notifications.Smtp;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>Servers that take a connection and say nothing.</summary>
public sealed class SilenceTests : IDisposable
{
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);

    public SilenceTests() => silent.Start();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)silent.LocalEndpoint).Port;

    public void Dispose() => silent.Dispose();

    [Fact]
    public Task A_silent_HTTP_server_is_left_when_the_time_is_up_and_asked_again() =>
        ComeBackAsync(time => new SlackNotifier("chat", new HttpTarget { Url = new UriBuilder("http", "127.0.0.1", Port).Uri }, time));

    [Theory]
    [InlineData(SmtpSecurity.None)]
    [InlineData(SmtpSecurity.StartTls)]
    [InlineData(SmtpSecurity.Tls)]
    public Task A_silent_mail_server_is_left_when_the_time_is_up_and_asked_again(SmtpSecurity security) =>
        ComeBackAsync(time => new SmtpNotifier("mail", new SmtpOptions { Host = "127.0.0.1", Port = Port, Security = security, From = "a@b.example", To = ["c@d.example"] }, time));

    private async Task ComeBackAsync(Func<TimeProvider, INotifier> open)
    {
        var time = new FakeTimeProvider(Notices.Noon);
        var center = new NotificationCenter([new NotificationTarget { Notifier = open(time) }], () => 0, time, NullLogger<NotificationCenter>.Instance);
        center.Post(Notices.Lag);
        using var first = await silent.AcceptTcpClientAsync(Stop);

        using var second = await time.AdvanceUntilAsync(silent.AcceptTcpClientAsync(Stop).AsTask(), Stop);
        Assert.Equal(new TargetCounters(center.Counters()[0].Target, 0, 0, 0, 1), center.Counters()[0]);
        await center.DisposeAsync();
    }
}
