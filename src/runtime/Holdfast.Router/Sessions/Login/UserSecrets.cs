using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Holdfast.Router.Sessions.Login;

/// <summary>How users' secrets are asked for.</summary>
/// <param name="Sql">Its one parameter is the user; its row is the user and the secret.</param>
/// <param name="Username">Who asks.</param>
/// <param name="Password">Null: not needed, or in the list.</param>
public sealed record SecretQuery(string Sql, string Username, string? Password)
{
    public override string ToString() => $"{Username}: {Sql}";
}

/// <summary>Users' secrets from a list, and then from the primary, where they are asked for no more often than every few seconds.</summary>
public sealed partial class UserSecrets(IReadOnlyDictionary<string, string> listed, SecretQuery? query, TimeProvider time, ILogger logger) : ISecretSource
{
    private const int KnownMax = 10_000;
    private const int QueryLimitSeconds = 5;
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<IPEndPoint, NpgsqlDataSource> primaries = new();
    private readonly ConcurrentDictionary<string, (string? Secret, TimeSpan Until)> known = new(StringComparer.Ordinal);

    public Task<string?> FindAsync(string user, IPEndPoint primary, CancellationToken cancellationToken)
    {
        if (listed.TryGetValue(user, out var secret))
        {
            return Task.FromResult<string?>(secret);
        }

        if (query is null)
        {
            return Task.FromResult<string?>(null);
        }

        return known.TryGetValue(user, out var earlier) && time.GetElapsedTime(0) < earlier.Until
            ? Task.FromResult(earlier.Secret)
            : AskAsync(query, user, primary, cancellationToken);
    }

    public void Forget(string user) => known.TryRemove(user, out _);

    /// <summary>Null as well when the question failed: the member then decides whom it lets in.</summary>
    private async Task<string?> AskAsync(SecretQuery asked, string user, IPEndPoint primary, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = primaries.GetOrAdd(primary, address => Open(asked, address)).CreateCommand(asked.Sql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var secret = await reader.ReadAsync(cancellationToken) && !await reader.IsDBNullAsync(1, cancellationToken) ? reader.GetString(1) : null;
            if (known.Count >= KnownMax)
            {
                known.Clear();
            }

            known[user] = (secret, time.GetElapsedTime(0) + KnownFor);
            return secret;
        }
        catch (Exception exception) when (exception is DbException or SocketException or TimeoutException or IOException or InvalidCastException or IndexOutOfRangeException)
        {
            LogQueryFailed(asked.Username, exception.Message);
            return null;
        }
    }

    private NpgsqlDataSource Open(SecretQuery asked, IPEndPoint primary)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = primary.Address.ToString(),
            Port = primary.Port,
            Database = "postgres",
            Username = asked.Username,
            Password = asked.Password ?? listed.GetValueOrDefault(asked.Username),
            Timeout = QueryLimitSeconds,
            CommandTimeout = QueryLimitSeconds,
            MaxPoolSize = 4,
            ConnectionIdleLifetime = 30,
            ApplicationName = "holdfast router",
        };
        return new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableTransportSecurity().Build();
    }

    [LoggerMessage(3945, LogLevel.Warning, "auth_query as {AuthUser} failed: {Why}. Sessions whose secret is not known can log in and cannot be moved")]
    private partial void LogQueryFailed(string authUser, string why);
}
