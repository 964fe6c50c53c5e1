using MySqlConnector;

namespace Holdfast.Engines.MySql.Observation;

/// <summary>Connections to the member's own server, by its socket.</summary>
internal sealed class Sql(MySqlOptions options, Configuration.ServerFiles files)
{
    private const int ConnectSecondsMax = 10;

    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="limit">Of one statement; null for the observation's.</param>
    public async Task<MySqlConnection> OpenAsync(CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        var connection = new MySqlConnection(Settings(limit ?? options.QueryTimeout));
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static async Task RunAsync(MySqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, statement);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For statements that take no parameters: whatever is put into one is quoted by <see cref="Quoted"/>.</summary>
#pragma warning disable CA2100 // See above.
    public static MySqlCommand Command(MySqlConnection connection, string statement) => new(statement, connection);
#pragma warning restore CA2100

    /// <summary>A string where the grammar takes only a quoted one: names of users, passwords.</summary>
    public static string Quoted(string text) =>
        "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";

    private string Settings(TimeSpan limit) => new MySqlConnectionStringBuilder
    {
        Server = files.Socket,
        ConnectionProtocol = MySqlConnectionProtocol.UnixSocket,
        UserID = options.Superuser.UserName,
        Password = options.Superuser.Password,

        // Without TLS the connector encrypts the password where the server, which trusts its socket, takes it plain (caching_sha2_password).
        SslMode = MySqlSslMode.Preferred,
        Pooling = false,
        ConnectionTimeout = (uint)Math.Clamp(limit.TotalSeconds, 1, ConnectSecondsMax),
        DefaultCommandTimeout = (uint)Math.Max(1, limit.TotalSeconds),
        AllowPublicKeyRetrieval = true,
        GuidFormat = MySqlGuidFormat.None,
        ApplicationName = "holdfast",
    }.ConnectionString;
}
