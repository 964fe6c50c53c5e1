using Holdfast.Notifications.Smtp;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using SmtpServer.Protocol;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>Mails, as a real SMTP server takes them.</summary>
public sealed class SmtpTests : IDisposable
{
    private readonly TestCertificate certificate = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => certificate.Dispose();

    [Fact]
    public async Task A_mail_says_it_in_plain_words_and_in_HTML()
    {
        await using var server = MailServer.Start(new MailServerOptions());

        var mail = await SendAsync(server, Options(server), Notices.Lag);

        Assert.Equal("[warning] shop: node2 is 120 MB behind", mail.Subject);
        Assert.Equal(("Holdfast <ha@shop.example>", "a@ops.example", "b@ops.example"), (mail.From.ToString().Replace("\"", "", StringComparison.Ordinal), mail.To[0].ToString(), mail.To[1].ToString()));
        Assert.Equal(
            """
            The replica node2 replays more slowly than the primary writes.

            cluster: shop
            severity: warning
            began: Fri, 01 May 2026 12:00:00 +0000
            alertname: ReplicaLag
            member: node2
            lag: 120 MB

            Approve: https://shop.example/answer?a=1&k=x
            Reject: https://shop.example/answer?a=0
            Open: https://docs.example/rules/ReplicaLag

            """,
            mail.TextBody?.ReplaceLineEndings("\n"));
        Assert.Contains("<a href=\"https://shop.example/answer?a=1&amp;k=x\">Approve</a>", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Equal(("auto-generated", Notices.Lag.Key), (mail.Headers[HeaderId.AutoSubmitted], mail.Headers["X-Holdfast-Key"]));
    }

    [Fact]
    public async Task Markup_in_a_text_stays_text()
    {
        await using var server = MailServer.Start(new MailServerOptions());

        var mail = await SendAsync(server, Options(server), Notices.Plain("<b>bold</b>"));

        Assert.Contains("&lt;b&gt;bold&lt;/b&gt;", mail.HtmlBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_break_in_a_title_adds_no_header()
    {
        await using var server = MailServer.Start(new MailServerOptions());

        var mail = await SendAsync(server, Options(server), Notices.Plain("one\r\nBcc: thief@elsewhere.example"));

        Assert.Empty(mail.Bcc);
        Assert.Equal("[warning] shop: oneBcc: thief@elsewhere.example", mail.Subject);
    }

    [Fact]
    public async Task All_mails_of_a_key_are_one_thread_and_the_same_mail_has_the_same_id()
    {
        await using var server = MailServer.Start(new MailServerOptions());

        var began = await SendAsync(server, Options(server), Notices.Lag);
        var again = await SendAsync(server, Options(server), Notices.Lag);
        var ended = await SendAsync(server, Options(server), Notices.Lag.Resolved);
        var other = await SendAsync(server, Options(server), Notices.Plain("Other"));

        Assert.Equal(began.References, ended.References);
        Assert.Equal(began.References.Single(), ended.InReplyTo);
        Assert.NotEqual(began.References, other.References);
        Assert.Equal(began.MessageId, again.MessageId);
        Assert.NotEqual(began.MessageId, ended.MessageId);
        Assert.EndsWith("@shop.example", began.MessageId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpSecurity.StartTls)]
    [InlineData(SmtpSecurity.Tls)]
    public async Task A_server_is_trusted_by_its_authority_and_logged_in_to(SmtpSecurity security)
    {
        await using var server = MailServer.Start(new MailServerOptions { Password = "passw0rd", Certificate = certificate.Certificate, IsTlsFromTheStart = security == SmtpSecurity.Tls });
        var options = Options(server) with { Security = security, CaFile = certificate.CaFile, Username = "holdfast", Password = "passw0rd" };

        Assert.Equal("[resolved] shop: node2 is 120 MB behind", (await SendAsync(server, options, Notices.Lag.Resolved)).Subject);
    }

    [Theory]
    [InlineData(SmtpSecurity.StartTls)]
    [InlineData(SmtpSecurity.Tls)]
    public async Task A_server_that_nobody_trusts_gets_no_mail(SmtpSecurity security)
    {
        await using var server = MailServer.Start(new MailServerOptions { Certificate = certificate.Certificate, IsTlsFromTheStart = security == SmtpSecurity.Tls });

        var failure = await FailAsync(Options(server) with { Security = security });

        Assert.Contains("cafile", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_TLS_gets_no_mail_where_TLS_is_asked_for()
    {
        await using var server = MailServer.Start(new MailServerOptions());

        var failure = await FailAsync(Options(server) with { Security = SmtpSecurity.StartTls });

        Assert.False(failure.IsWorthRetrying);
        Assert.Contains("STARTTLS", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_is_refused_is_not_tried_again_and_not_shown()
    {
        await using var server = MailServer.Start(new MailServerOptions { Password = "passw0rd" });
        var options = Options(server) with { Username = "holdfast", Password = "wr0ng" };

        var failure = await FailAsync(options);

        Assert.False(failure.IsWorthRetrying);
        Assert.Contains("refuses the login", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", failure.ToString() + options, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpReplyCode.MailboxUnavailable, false)]
    [InlineData(SmtpReplyCode.ServiceUnavailable, true)]
    public async Task A_mailbox_that_is_refused_for_ever_is_not_tried_again(SmtpReplyCode code, bool isWorthRetrying)
    {
        await using var server = MailServer.Start(new MailServerOptions { Refusal = new SmtpResponse(code, "not now") });

        var failure = await FailAsync(Options(server) with { To = ["nobody@ops.example"] });

        Assert.Equal(isWorthRetrying, failure.IsWorthRetrying);
        Assert.Contains("not now", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_worth_another_attempt()
    {
        var server = MailServer.Start(new MailServerOptions());
        await server.DisposeAsync();

        Assert.True((await FailAsync(Options(server))).IsWorthRetrying);
    }

    private static SmtpOptions Options(MailServer server) => new()
    {
        Host = "127.0.0.1",
        Port = server.Port,
        Security = SmtpSecurity.None,
        From = "Holdfast <ha@shop.example>",
        To = ["a@ops.example", "b@ops.example"],
    };

    private static async Task<MimeMessage> SendAsync(MailServer server, SmtpOptions options, Notification notification)
    {
        using var mail = new SmtpNotifier("mail", options, new FakeTimeProvider(Notices.Noon));
        await mail.NotifyAsync(notification, Stop);
        return await server.NextAsync(Stop);
    }

    private static async Task<NotificationFailedException> FailAsync(SmtpOptions options)
    {
        using var mail = new SmtpNotifier("mail", options, new FakeTimeProvider(Notices.Noon));
        return await Assert.ThrowsAsync<NotificationFailedException>(() => mail.NotifyAsync(Notices.Lag, Stop));
    }
}
