using System.Net.Sockets;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Backups;

/// <summary>How far a server's clone is (MySQL Reference Manual, "Monitoring Cloning Operations").</summary>
internal static class CloneProgress
{
    private const string Question =
        "SELECT COALESCE(SUM(DATA), 0), COALESCE(SUM(ESTIMATE), 0) FROM performance_schema.clone_progress WHERE STAGE = 'FILE COPY'";

    /// <summary>Until it is cancelled, or the server goes away.</summary>
    public static async Task ReportAsync(Installation installation, TimeSpan every, Action<string> report, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await installation.Sql.OpenAsync(cancellationToken);
            while (true)
            {
                await Task.Delay(every, installation.Time, cancellationToken);
                await using var command = new MySqlCommand(Question, connection);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                if (await reader.ReadAsync(cancellationToken))
                {
                    report($"copied {DirectorySize.InWords((long)reader.GetDecimal(0))} of {DirectorySize.InWords((long)reader.GetDecimal(1))}");
                }
            }
        }
        catch (Exception error) when (error is MySqlException or SocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The copy is done, or its server restarts: there is no more progress to tell.
        }
    }
}
