using System.Data.Common;

namespace Holdfast.Demo.Canary;

/// <summary>
/// Two connections to a primary, opened before it freezes: after the thaw one reads and one writes, to learn how long a server
/// that was replaced goes on answering, and whether it would still take a write.
/// </summary>
public sealed class StaleProbe : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly CanaryHost host;
    private readonly CanaryClient canary;
    private readonly DbDataSource connections;
    private readonly DbConnection reader;
    private readonly DbConnection writer;
    private readonly TimeSpan connected;
    private readonly int number;

    private StaleProbe(CanaryHost host, CanaryClient canary, DbDataSource connections, DbConnection reader, DbConnection writer, int number)
    {
        this.host = host;
        this.canary = canary;
        this.connections = connections;
        this.reader = reader;
        this.writer = writer;
        this.number = number;
        connected = canary.Now;
    }

    /// <param name="host">The primary.</param>
    /// <param name="canary">Counts a write that succeeds, as any other.</param>
    /// <param name="number">A writer's number that nobody else has.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<StaleProbe> OpenAsync(CanaryHost host, CanaryClient canary, int number, CancellationToken cancellationToken)
    {
        var connections = host.Connections();
        try
        {
            return new(
                host,
                canary,
                connections,
                await connections.OpenConnectionAsync(cancellationToken),
                await connections.OpenConnectionAsync(cancellationToken),
                number);
        }
        catch (Exception exception) when (Connections.IsLoss(exception, cancellationToken))
        {
            await connections.DisposeAsync();
            throw new DemoException($"{host} is the primary and takes no connection: {exception.Message}");
        }
    }

    /// <summary>Thaws the server with questions already waiting for it; answers how long after that it still gave answers.</summary>
    public async Task<TimeSpan> MeasureAsync(Action thaw, CancellationToken cancellationToken)
    {
        var thawing = canary.Now;
        var reading = ReadUntilLostAsync(thawing, cancellationToken);
        var writing = TryWriteAsync(thawing, cancellationToken);
        thaw();
        await writing;
        return await reading;
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await writer.DisposeAsync();
        await connections.DisposeAsync();
    }

    private async Task<TimeSpan> ReadUntilLostAsync(TimeSpan thawing, CancellationToken cancellationToken)
    {
        var last = TimeSpan.Zero;
        try
        {
            while (canary.Now - thawing < Limit)
            {
                await using var command = CanaryTable.Command(reader, host.Kind.Newest);
                await command.ExecuteScalarAsync(cancellationToken);
                last = canary.Now - thawing;
            }
        }
        catch (Exception exception) when (Connections.IsLoss(exception, cancellationToken))
        {
            // The end of the connection is what is waited for.
        }

        return last;
    }

    private async Task TryWriteAsync(TimeSpan thawing, CancellationToken cancellationToken)
    {
        try
        {
            var server = await host.Kind.InsertAsync(writer, number, 1).WaitAsync(Limit, cancellationToken);
            canary.Log.Add(new(number, 1, server.Port, server.Timeline, connected, thawing, canary.Now));
        }
        catch (Exception exception) when (Connections.IsLoss(exception, cancellationToken))
        {
            // As it should be: a server that was replaced acknowledges nothing.
        }
    }
}
