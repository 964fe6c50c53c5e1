using Npgsql;

namespace Holdfast.Demo.Canary;

/// <summary>One client that writes row after row, and looks for the primary again whenever a write fails.</summary>
internal sealed class CanaryWriter(int number, PrimaryFinder finder, CanaryLog log, TimeProvider time)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RetrySpacing = TimeSpan.FromMilliseconds(10);

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
        await using var connections = host.Connections();
        await using var connection = await connections.OpenConnectionAsync(stopping);
        var connected = log.Now;
        while (true)
        {
            await WriteAsync(host, connection, connected, stopping);
            await Task.Delay(Spacing, time, stopping);
        }
    }

    private async Task WriteAsync(CanaryHost host, NpgsqlConnection connection, TimeSpan connected, CancellationToken stopping)
    {
        var mine = ++sequence;
        var sent = log.Now;
        var timeline = await CanaryTable.InsertAsync(connection, number, mine, stopping);
        log.Add(new(number, mine, host.Name, timeline, connected, sent, log.Now));
    }
}
