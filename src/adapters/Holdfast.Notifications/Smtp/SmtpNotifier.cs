using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Ports.Notifications;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Holdfast.Notifications.Smtp;

/// <summary>Sends a mail, with a connection of its own for each: notifications are rare.</summary>
public sealed class SmtpNotifier : INotifier
{
    private readonly SmtpOptions options;
    private readonly TimeProvider time;
    private readonly X509Certificate2Collection authorities = [];

    /// <param name="name">The target's name.</param>
    /// <param name="options">The server, and whom mails go to.</param>
    /// <param name="time">Mails say when they were written.</param>
    /// <exception cref="IOException">The authorities' file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It cannot be used.</exception>
    public SmtpNotifier(string name, SmtpOptions options, TimeProvider time)
    {
        Name = name;
        this.options = options;
        this.time = time;
        if (options.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }
    }

    public string Name { get; }

    public TimeSpan? RepeatInterval => null;

    public bool TakesAcknowledgements => false;

    public async Task NotifyAsync(Notification notification, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        if (authorities.Count > 0)
        {
            client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors);
        }

        try
        {
            using var message = MailMessages.Of(notification, options, time.GetUtcNow());
            await client.ConnectAsync(options.Host, options.Port, SocketOptions(options.Security), cancellationToken);
            if (options.Username is { } username)
            {
                await client.AuthenticateAsync(username, options.Password ?? "", cancellationToken);
            }

            await client.SendAsync(message, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception broken) when (broken is SmtpCommandException or ProtocolException or System.Security.Authentication.AuthenticationException
            or MailKit.Security.AuthenticationException or SslHandshakeException or IOException or SocketException or NotSupportedException)
        {
            throw new NotificationFailedException(Explain(broken), IsWorthRetrying(broken), null);
        }
    }

    public void Dispose()
    {
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private static SecureSocketOptions SocketOptions(SmtpSecurity security) => security switch
    {
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.None,
    };

    /// <summary>A status from 500 is for ever; a login that is refused, or a server that cannot do what is asked, is the operator's to mend.</summary>
    private static bool IsWorthRetrying(Exception broken) => broken switch
    {
        SmtpCommandException command => (int)command.StatusCode < 500,
        MailKit.Security.AuthenticationException or NotSupportedException => false,
        _ => true,
    };

    private string Explain(Exception broken)
    {
        var server = $"mail server {options.Host}:{options.Port}";
        return broken switch
        {
            SmtpCommandException command => $"{server} answers {(int)command.StatusCode} {command.Message.ReplaceLineEndings(" ")}",
            MailKit.Security.AuthenticationException => $"{server} refuses the login: see username and password",
            SslHandshakeException or System.Security.Authentication.AuthenticationException =>
                $"{server}: no TLS connection that can be trusted: see security, and cafile (whose servers are trusted)",
            NotSupportedException => $"{server}: {broken.Message} See security",
            _ => $"{server}: {broken.Message}",
        };
    }

    private bool IsTrusted(X509Certificate? shown, SslPolicyErrors errors)
    {
        const SslPolicyErrors Untrusted = SslPolicyErrors.RemoteCertificateChainErrors;
        if (shown is not X509Certificate2 certificate || (errors & ~Untrusted) != 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        return chain.Build(certificate);
    }
}
