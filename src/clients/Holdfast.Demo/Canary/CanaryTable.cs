using System.Globalization;
using Npgsql;

namespace Holdfast.Demo.Canary;

/// <summary>The canary's table, and the statements on it.</summary>
internal static class CanaryTable
{
    // An earlier canary's rows would stand in the way of new ones, and in for those that were lost.
    private const string Creation =
        """
        DROP TABLE IF EXISTS holdfast_canary;
        CREATE TABLE holdfast_canary (
            writer integer NOT NULL,
            sequence bigint NOT NULL,
            PRIMARY KEY (writer, sequence))
        """;

    // The first eight digits of a log file's name are the timeline. The port tells the servers of one machine apart, also behind a router.
    private const string Insertion =
        "INSERT INTO holdfast_canary VALUES ($1, $2) RETURNING left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || ' ' || inet_server_port()";

    public static async Task CreateAsync(NpgsqlDataSource connections, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Creation, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Writes one row; answers who the server is once the row is committed. Nothing ends the wait but the server: Npgsql sends
    /// a cancel request when a limit passes, whatever the connection says of cancelling.
    /// </summary>
    public static async Task<CanaryServer> InsertAsync(NpgsqlConnection connection, int writer, long sequence)
    {
        await using var command = new NpgsqlCommand(Insertion, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = writer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        var answer = await command.ExecuteScalarAsync(CancellationToken.None) as string;
        var words = (answer ?? "").Split(' ');
        return new(words[^1], long.Parse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    public static async Task<IReadOnlySet<(int Writer, long Sequence)>> RowsAsync(NpgsqlDataSource connections, CancellationToken cancellationToken)
    {
        const int limitSeconds = 60;
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT writer, sequence FROM holdfast_canary", connection) { CommandTimeout = limitSeconds };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new HashSet<(int, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetInt32(0), reader.GetInt64(1)));
        }

        return rows;
    }
}

/// <summary>Who acknowledged a row.</summary>
/// <param name="Port">Its server's.</param>
/// <param name="Timeline">The server's history: every promotion begins a new one.</param>
internal readonly record struct CanaryServer(string Port, long Timeline);
