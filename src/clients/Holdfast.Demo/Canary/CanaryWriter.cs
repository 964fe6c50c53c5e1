using System.Data.Common;

namespace Holdfast.Demo.Canary;

/// <summary>One client that writes row after row, and looks for the primary again whenever a write fails.</summary>
internal sealed class CanaryWriter(int number, PrimaryFinder finder, CanaryLog log, TimeProvider time)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RetrySpacing = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A failed write may have happened all the same, so that its number is never used again.
    private long sequence;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var host = await finder.FindAsync(stopping);
                await WriteToAsync(host, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (Connections.IsLoss(exception, stopping))
            {
                // A server that says it takes writes and refuses them is not to be asked in a circle without a pause.
                await Task.Delay(RetrySpacing, time, CancellationToken.None);
            }
        }
    }

    private async Task WriteToAsync(CanaryHost host, CancellationToken stopping)
    {
        var connections = host.Connections();
        DbConnection? connection = null;
        var write = Task.CompletedTask;
        try
        {
            connection = await connections.OpenConnectionAsync(stopping);
            var connected = log.Now;
            while (await IsAnsweredAsync(write, host, stopping))
            {
                await Task.Delay(Spacing, time, stopping);
                write = WriteAsync(host, connection, connected);
            }
        }
        finally
        {
            var closing = CloseAfterAsync(write, connections, connection);
            if (write.IsCompleted)
            {
                await closing;
            }
        }
    }

    /// <summary>Waits for the answer as long as no other server takes writes; false: the answer, if it comes, comes late.</summary>
    private async Task<bool> IsAnsweredAsync(Task write, CanaryHost host, CancellationToken stopping)
    {
        while (await Task.WhenAny(write, Task.Delay(Patience, time, stopping)) != write)
        {
            stopping.ThrowIfCancellationRequested();
            if (await finder.FindAsync(stopping) != host && !write.IsCompleted)
            {
                return false;
            }
        }

        await write;
        return true;
    }

    // Neither a limit nor the end may reach the server as a cancel request: PostgreSQL reports success for a commit whose wait
    // for a standby was cancelled. So a connection without an answer is left alone until the server gives one, or ends; a late
    // acknowledgement counts as any other.
    private static async Task CloseAfterAsync(Task write, DbDataSource connections, DbConnection? connection)
    {
        await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        await connections.DisposeAsync();
    }

    private async Task WriteAsync(CanaryHost host, DbConnection connection, TimeSpan connected)
    {
        var mine = ++sequence;
        var sent = log.Now;
        var server = await host.Kind.InsertAsync(connection, number, mine);
        log.Add(new(number, mine, server.Port, server.Timeline, connected, sent, log.Now));
    }
}
