using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Serves a connection whose caller has proved itself.</summary>
internal interface IConnectionServer
{
    bool IsWelcome(Introduction caller);

    Task ServeAsync(FrameChannel channel, Introduction caller, CancellationToken stopping);
}

/// <summary>Accepts connections; whoever does not prove himself in time, or sends garbage, is let go and logged.</summary>
internal sealed partial class NodeListener : IAsyncDisposable
{
    private const int HandshakesMax = 64;
    private const int ConnectionsMax = 1024;

    /// <summary>Above any append: a transaction of the largest size, or many small ones.</summary>
    private const int FrameBytesMax = 16 * 1024 * 1024;

    private readonly Socket socket;
    private readonly Introduction self;
    private readonly Connector connector;
    private readonly IConnectionServer server;
    private readonly ComplaintLimiter complaints;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<Task> connections = [];
    private readonly Lock gate = new();
    private readonly Task running;
    private int handshakes;

    public NodeListener(string bind, Introduction self, Connector connector, IConnectionServer server, TimeProvider time, ILogger logger)
    {
        this.self = self;
        this.connector = connector;
        this.server = server;
        this.logger = logger;
        complaints = new ComplaintLimiter(time);
        var endPoint = Addresses.ToListen(bind);
        socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endPoint);
            socket.Listen(128);
        }
        catch
        {
            socket.Dispose();
            stopping.Dispose();
            throw;
        }

        running = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        socket.Dispose();
        await running;
        Task[] open;
        lock (gate)
        {
            open = [.. connections];
        }

        await Task.WhenAll(open);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        await Task.Yield();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var accepted = await socket.AcceptAsync(stopping.Token);
                Admit(accepted);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failed)
            {
                // Out of descriptors, or the caller was gone again: the next one may do better.
                LogAcceptFailed(failed.Message);
                await Task.Yield();
            }
        }
    }

    private void Admit(Socket accepted)
    {
        lock (gate)
        {
            if (connections.Count >= ConnectionsMax || Volatile.Read(ref handshakes) >= HandshakesMax)
            {
                Complain(accepted, "too many connections at once");
                accepted.Dispose();
                return;
            }

            var serving = ServeAsync(accepted);
            connections.Add(serving);
            _ = serving.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Forget(Task served)
    {
        lock (gate)
        {
            connections.Remove(served);
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        Interlocked.Increment(ref handshakes);
        await Task.Yield();
        var remote = RemoteOf(accepted);
        var isShakingHands = true;
        try
        {
            using (accepted)
            {
                var (channel, caller) = await connector.AnswerAsync(accepted, self, server.IsWelcome, FrameBytesMax, stopping.Token);
                await using (channel)
                {
                    isShakingHands = false;
                    Interlocked.Decrement(ref handshakes);
                    await server.ServeAsync(channel, caller, stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception broken) when (broken is InvalidDataException or HandshakeException or System.Security.Authentication.AuthenticationException)
        {
            Complain(remote, broken.Message);
        }
        catch (Exception broken) when (PeerLink.IsOfTheNetwork(broken))
        {
            LogConnectionEnded(remote, broken.Message);
        }
        finally
        {
            if (isShakingHands)
            {
                Interlocked.Decrement(ref handshakes);
            }
        }
    }

    private static string RemoteOf(Socket accepted)
    {
        try
        {
            return (accepted.RemoteEndPoint as System.Net.IPEndPoint)?.Address.ToString() ?? "unknown";
        }
        catch (SocketException)
        {
            return "unknown";
        }
    }

    private void Complain(Socket accepted, string reason) => Complain(RemoteOf(accepted), reason);

    private void Complain(string remote, string reason)
    {
        if (complaints.MayComplain(remote))
        {
            LogRefused(remote, reason);
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "Closed a connection from {Remote}: {Reason}")]
    private partial void LogRefused(string remote, string reason);

    [LoggerMessage(2102, LogLevel.Debug, "A connection from {Remote} ended: {Reason}")]
    private partial void LogConnectionEnded(string remote, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "Could not accept a connection: {Reason}")]
    private partial void LogAcceptFailed(string reason);
}
