using System.Data.Common;
using System.Globalization;

namespace Holdfast.Demo.Canary;

/// <summary>
/// Finds the server that takes writes: asks all hosts at once and again after a few milliseconds. One search serves all writers,
/// and keeps its connections to standbys: a new one every few milliseconds would cost the servers more than the promotion.
/// </summary>
internal sealed class PrimaryFinder(IReadOnlyList<CanaryHost> hosts, TimeProvider time)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(500);
    private readonly Lock gate = new();
    private Task<CanaryHost>? search;

    public Task<CanaryHost> FindAsync(CancellationToken stopping)
    {
        lock (gate)
        {
            return search is { IsCompleted: false } running ? running : search = SearchAsync(stopping);
        }
    }

    private async Task<CanaryHost> SearchAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var searches = hosts.Select(host => WatchAsync(host, end.Token)).ToList();
        var first = await Task.WhenAny(searches);
        await end.CancelAsync();
        await Task.WhenAll(searches).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await first;
    }

    /// <summary>Ends when this host takes writes.</summary>
    private async Task<CanaryHost> WatchAsync(CanaryHost host, CancellationToken stopping)
    {
        await using var connections = host.Connections();
        while (true)
        {
            try
            {
                await using var connection = await OpenAsync(connections, stopping);
                while (!await TakesWritesAsync(host, connection, stopping))
                {
                    await Task.Delay(Spacing, time, stopping);
                }

                return host;
            }
            catch (Exception exception) when (Connections.IsLoss(exception, stopping))
            {
                await Task.Delay(Spacing, time, stopping);
            }
        }
    }

    private async Task<DbConnection> OpenAsync(DbDataSource connections, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        return await connections.OpenConnectionAsync(either.Token);
    }

    private async Task<bool> TakesWritesAsync(CanaryHost host, DbConnection connection, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        await using var command = CanaryTable.Command(connection, host.Kind.TakesWrites);
        return Convert.ToBoolean(await command.ExecuteScalarAsync(either.Token), CultureInfo.InvariantCulture);
    }
}
