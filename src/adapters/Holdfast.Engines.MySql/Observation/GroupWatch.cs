using System.Net.Sockets;
using Holdfast.Ports;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Observation;

/// <summary>
/// Wakes the agent when the server's group changes, or the server falls silent. MySQL tells nobody of either, so this looks
/// several times a second, on a connection of its own, at no more than a few rows of memory.
/// </summary>
internal sealed class GroupWatch(MySqlOptions options, Sql sql, Func<bool> isRunning, IAgentSignal signal, TimeProvider time) : IAsyncDisposable
{
    private const string Question =
        """
        SELECT GROUP_CONCAT(CONCAT_WS('/', MEMBER_ID, MEMBER_STATE, MEMBER_ROLE) ORDER BY MEMBER_ID),
               (SELECT VIEW_ID FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID = @@global.server_uuid),
               @@global.super_read_only
        FROM performance_schema.replication_group_members
        """;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public void Start() => _watching = WatchAsync(_stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        await Task.Yield();
        MySqlConnection? connection = null;
        var last = "";
        while (!stopping.IsCancellationRequested)
        {
            var now = last;
            if (isRunning())
            {
                try
                {
                    connection ??= await sql.OpenAsync(stopping);
                    now = await AskAsync(connection, stopping);
                }
                catch (Exception error) when (error is MySqlException or SocketException or IOException or InvalidOperationException or TimeoutException)
                {
                    now = "silent";

                    // How long it has been silent is what the agent counts.
                    signal.Wake();
                    await DropAsync(connection);
                    connection = null;
                }
                catch (OperationCanceledException)
                {
                    break;
                }
            }

            if (now != last)
            {
                last = now;
                signal.Wake();
            }

            await Task.Delay(LookEvery, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await DropAsync(connection);
    }

    private async Task<string> AskAsync(MySqlConnection connection, CancellationToken stopping)
    {
        await using var command = new MySqlCommand(Question, connection);
        await using var reader = await command.ExecuteReaderAsync(stopping).WaitAsync(options.QueryTimeout, time, stopping);
        await reader.ReadAsync(stopping);
        return $"{reader.GetValue(0)} {reader.GetValue(1)} {reader.GetValue(2)}";
    }

    /// <summary>Not waited for: a server that hangs would not answer a farewell.</summary>
    private static Task DropAsync(MySqlConnection? connection)
    {
        _ = connection?.DisposeAsync().AsTask();
        return Task.CompletedTask;
    }
}
