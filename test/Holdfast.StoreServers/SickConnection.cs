using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Holdfast.StoreServers;

/// <summary>One connection through a <see cref="SickProxy"/>.</summary>
internal sealed class SickConnection(Socket client, TimeProvider time) : IDisposable
{
    private const int ChunkBytes = 64 * 1024;
    private const int ChunksHeldMax = 64;
    private readonly Socket server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource reset = new();
    private readonly Lock sync = new();
    private TaskCompletionSource changed = NewSignal();
    private SickState state = SickState.Well;
    private string? firstBytes;

    public void Become(SickState next)
    {
        lock (sync)
        {
            state = next;
            if (next.Resets)
            {
                _ = reset.CancelAsync();
            }

            var before = changed;
            changed = NewSignal();
            before.SetResult();
        }
    }

    public async Task RunAsync(int target, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, reset.Token);
        try
        {
            client.NoDelay = true;
            await FlowsAsync(ending.Token);
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target), ending.Token);
            await Task.WhenAll(CarryAsync(client, server, true, ending), CarryAsync(server, client, false, ending));
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException)
        {
            // An end that is not an orderly one is shown to both sides as such.
            client.LingerState = new LingerOption(true, 0);
            server.LingerState = new LingerOption(true, 0);
        }
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
        reset.Dispose();
    }

    private async Task CarryAsync(Socket from, Socket to, bool isFirst, CancellationTokenSource ending)
    {
        var held = Channel.CreateBounded<(long Due, ReadOnlyMemory<byte> Bytes)>(ChunksHeldMax);
        await Task.WhenAll(
            OrEndAsync(TakeAsync(from, held.Writer, isFirst, ending.Token), ending),
            OrEndAsync(GiveAsync(to, held.Reader, ending.Token), ending));
    }

    /// <summary>What breaks on one side ends the other one too.</summary>
    private static async Task OrEndAsync(Task carrying, CancellationTokenSource ending)
    {
        try
        {
            await carrying;
        }
        catch (SocketException)
        {
            await ending.CancelAsync();
            throw;
        }
    }

    private async Task TakeAsync(Socket from, ChannelWriter<(long Due, ReadOnlyMemory<byte> Bytes)> held, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[ChunkBytes];
            while (await from.ReceiveAsync(buffer, cancellationToken) is var count and > 0)
            {
                if (isFirst)
                {
                    firstBytes ??= Encoding.ASCII.GetString(buffer, 0, count);
                }

                var due = time.GetTimestamp() + (long)(Now().Delay.TotalSeconds * time.TimestampFrequency);
                await held.WriteAsync((due, buffer.AsSpan(0, count).ToArray()), cancellationToken);
            }
        }
        finally
        {
            held.Complete();
        }
    }

    private async Task GiveAsync(Socket to, ChannelReader<(long Due, ReadOnlyMemory<byte> Bytes)> held, CancellationToken cancellationToken)
    {
        await foreach (var (due, bytes) in held.ReadAllAsync(cancellationToken))
        {
            var left = time.GetElapsedTime(time.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, time, cancellationToken);
            }

            await FlowsAsync(cancellationToken);
            await to.SendAsync(bytes, cancellationToken);
        }

        await FlowsAsync(cancellationToken);
        to.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Waits while nothing is let through.</summary>
    private async Task FlowsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (sync)
            {
                if (!state.IsSilent && !(state.SilentFor is { } mark && firstBytes?.Contains(mark, StringComparison.OrdinalIgnoreCase) == true))
                {
                    return;
                }

                change = changed.Task;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    private SickState Now()
    {
        lock (sync)
        {
            return state;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
