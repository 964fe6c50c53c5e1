using System.Globalization;
using System.Text;
using Holdfast.Model;
using Npgsql;

namespace Holdfast.Engines.PostgreSql.Configuration;

/// <summary>Connection strings: libpq's for PostgreSQL and its tools, without passwords, and Npgsql's for the agent.</summary>
internal static class ConnectionInfo
{
    /// <summary>How a replica streams. A dead upstream is noticed within seconds.</summary>
    public static string Stream(PostgreSqlOptions options, Upstream upstream) => Join(
    [
        ("user", options.Replication.UserName),
        ("passfile", options.PgPassPath),
        ("host", upstream.Host),
        ("port", Number(upstream.Port)),
        .. Security(options.Replication),
        ("application_name", options.MemberName.Text),
        ("connect_timeout", "3"),
        ("keepalives", "1"), ("keepalives_idle", "3"), ("keepalives_interval", "1"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "5000"),
    ]);

    /// <summary>For a tool that reads another member.</summary>
    public static string Tool(PostgreSqlOptions options, PostgreSqlCredentials who, Upstream source, string? database) => Join(
    [
        ("user", who.UserName),
        ("passfile", options.PgPassPath),
        ("host", source.Host),
        ("port", Number(source.Port)),
        .. Security(who),

        // Not the member's name: the log stream of a copy must not pass for a standby that commits can wait for.
        ("application_name", options.MemberName.Text + " copy"),
        ("connect_timeout", "5"),
        .. database is null ? Array.Empty<(string, string?)>() : [("dbname", database)],
    ]);

    public static string LocalTool(PostgreSqlOptions options, string host) => Join(
    [
        ("user", options.Superuser.UserName),
        ("host", host),
        ("port", Number(options.Listen.Port)),
        ("dbname", options.Database),
    ]);

    public static NpgsqlConnectionStringBuilder Agent(PostgreSqlOptions options, PostgreSqlCredentials who, string host, int port) => new()
    {
        Host = host,
        Port = port,
        Username = who.UserName,
        Password = who.Password,
        Database = options.Database,
        ApplicationName = "Holdfast",
        Pooling = false,
        SslMode = host.StartsWith('/') ? SslMode.Disable : Mode(who.SslMode),
        RootCertificate = who.SslRootCertificate,
        SslCertificate = who.SslCertificate,
        SslKey = who.SslKey,
        GssEncryptionMode = GssEncryptionMode.Disable,

        // Time-outs are the caller's: it waits no longer than it likes, and looks again later.
        Timeout = 0,
        CommandTimeout = 0,
        PersistSecurityInfo = false,
    };

    private static SslMode Mode(string mode) => mode switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => SslMode.Prefer,
    };

    private static IEnumerable<(string Key, string? Value)> Security(PostgreSqlCredentials who) =>
    [
        ("sslmode", who.SslMode),
        ("sslrootcert", who.SslRootCertificate),
        ("sslcert", who.SslCertificate),
        ("sslkey", who.SslKey),
        ("channel_binding", who.ChannelBinding),
        ("gssencmode", who.GssEncryptionMode),
    ];

    private static string Join(IEnumerable<(string Key, string? Value)> pairs)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in pairs)
        {
            if (value is not null)
            {
                text.Append(text.Length == 0 ? "" : " ").Append(key).Append('=').Append(Quote(value));
            }
        }

        return text.ToString();
    }

    private static string Quote(string value) => value.Length > 0 && value.All(IsPlain)
        ? value
        : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_' or '/' or ':' or '*';

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
