using System.Data.Common;

namespace Holdfast.Demo.Canary;

/// <summary>The canary's table.</summary>
internal static class CanaryTable
{
    public static async Task CreateAsync(CanaryHost host, CancellationToken cancellationToken)
    {
        await using var connections = host.Connections();
        await using var command = connections.CreateCommand(host.Kind.Creation);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<IReadOnlySet<(int Writer, long Sequence)>> RowsAsync(CanaryHost host, CancellationToken cancellationToken)
    {
        const int limitSeconds = 60;
        await using var connections = host.Connections();
        await using var command = connections.CreateCommand(host.Kind.Rows);
        command.CommandTimeout = limitSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new HashSet<(int, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetInt32(0), reader.GetInt64(1)));
        }

        return rows;
    }

    /// <summary>A command for a text that is the canary's own.</summary>
    public static DbCommand Command(DbConnection connection, string text)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // See above.
        command.CommandText = text;
#pragma warning restore CA2100
        return command;
    }
}

/// <summary>Who acknowledged a row.</summary>
/// <param name="Port">Its server's.</param>
/// <param name="Timeline">The server's history: it never falls along one history of the cluster.</param>
internal readonly record struct CanaryServer(string Port, long Timeline);
