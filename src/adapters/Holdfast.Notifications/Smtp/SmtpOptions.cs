using System.Collections.Immutable;

namespace Holdfast.Notifications.Smtp;

public enum SmtpSecurity
{
    /// <summary>The connection begins in the clear, and is refused unless the server goes over to TLS.</summary>
    StartTls,

    Tls,

    None,
}

/// <summary>Which mail server takes mails, from whom and to whom.</summary>
public sealed record SmtpOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public SmtpSecurity Security { get; init; } = SmtpSecurity.StartTls;

    /// <summary>PEM file of the authorities whose servers are trusted; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Null: nobody logs in.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    public required string From { get; init; }

    public required ImmutableArray<string> To { get; init; }

    public override string ToString() => $"{nameof(SmtpOptions)} {Host}:{Port}";
}
