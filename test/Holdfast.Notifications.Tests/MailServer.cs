using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Holdfast.Demo.Cluster;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Holdfast.Notifications.Tests;

/// <summary>A real SMTP server on loopback, which keeps the mails that it takes.</summary>
internal sealed class MailServer : MessageStore, IUserAuthenticator, IMailboxFilter, IAsyncDisposable
{
    private readonly Channel<MimeMessage> received = Channel.CreateUnbounded<MimeMessage>();
    private readonly CancellationTokenSource ending = new();
    private readonly Task running;

    private MailServer(int port, MailServerOptions options)
    {
        Port = port;
        Options = options;
        var services = new ServiceProvider();
        services.Add((IMessageStore)this);
        services.Add((IUserAuthenticator)this);
        services.Add((IMailboxFilter)this);
        var settings = new SmtpServerOptionsBuilder().ServerName("mail.test").Endpoint(endpoint =>
        {
            endpoint.Endpoint(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port)).IsSecure(options.IsTlsFromTheStart).AuthenticationRequired(options.Password is not null).AllowUnsecureAuthentication(true);
            if (options.Certificate is { } certificate)
            {
                endpoint.Certificate(certificate);
            }
        });
        running = new SmtpServer.SmtpServer(settings.Build(), services).StartAsync(ending.Token);
    }

    public int Port { get; }

    public MailServerOptions Options { get; }

    public static MailServer Start(MailServerOptions options) => new(FreePorts.Take(1)[0], options);

    public async Task<MimeMessage> NextAsync(CancellationToken cancellationToken) => await received.Reader.ReadAsync(cancellationToken);

    public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(buffer.ToArray());
        received.Writer.TryWrite(await MimeMessage.LoadAsync(stream, cancellationToken));
        return SmtpResponse.Ok;
    }

    public Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken cancellationToken) =>
        Task.FromResult(user == "holdfast" && password == Options.Password);

    public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
        Options.Refusal is { } refusal && to.User == "nobody" ? throw new SmtpResponseException(refusal) : Task.FromResult(true);

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }

        ending.Dispose();
    }
}

internal sealed record MailServerOptions
{
    /// <summary>Null: nobody logs in.</summary>
    public string? Password { get; init; }

    /// <summary>Null: it speaks no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    public bool IsTlsFromTheStart { get; init; }

    /// <summary>The answer for the mailbox nobody@.</summary>
    public SmtpResponse? Refusal { get; init; }
}
