using System.Net.Sockets;
using Holdfast.Ports;
using Holdfast.Ports.Fencing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Guard;

/// <summary>
/// The agent's end of the guard: connects to the guard that an earlier agent left, or starts one, and starts it again when it dies.
/// </summary>
public sealed partial class GuardFence(
    string socketPath,
    Action startGuard,
    IAgentSignal signal,
    TimeProvider time,
    ILogger<GuardFence> logger) : IFence, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private Socket? guard;
    private TimeSpan? deadline;

    public string Name => "guard";

    public bool IsReady
    {
        get
        {
            lock (gate)
            {
                return guard is not null;
            }
        }
    }

    /// <summary>Connects, or starts a guard and connects; answers the deadline that a surviving guard holds, null when it holds none.</summary>
    /// <exception cref="TimeoutException">No guard answered within five seconds.</exception>
    public async Task<TimeSpan?> StartAsync(CancellationToken cancellationToken)
    {
        if (await TryConnectAsync(cancellationToken) is { } inherited)
        {
            return inherited > TimeSpan.Zero ? inherited : null;
        }

        startGuard();
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < StartLimit)
        {
            if (await TryConnectAsync(cancellationToken) is not null)
            {
                return null;
            }

            await Task.Delay(RetryAfter, time, cancellationToken);
        }

        throw new TimeoutException($"The guard did not answer on {socketPath} within {StartLimit.TotalSeconds} s.");
    }

    /// <summary>Watches the guard and brings it back, with its deadline, until told to stop.</summary>
    public async Task KeepAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await WaitForEndAsync(stopping);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            LogLost();
            signal.Wake();
            try
            {
                await StartAsync(stopping);
                Send();
                signal.Wake();
            }
            catch (Exception exception) when (exception is TimeoutException or SocketException or IOException)
            {
                LogNotBack(exception.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public void Arm(TimeSpan fenceAt)
    {
        lock (gate)
        {
            deadline = fenceAt;
        }

        Send();
    }

    public void Disarm()
    {
        lock (gate)
        {
            deadline = null;
        }

        Send();
    }

    public void Dispose()
    {
        lock (gate)
        {
            guard?.Dispose();
            guard = null;
        }
    }

    private async Task<TimeSpan?> TryConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            var buffer = new byte[GuardMessage.Bytes];
            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            if (read != GuardMessage.Bytes || GuardMessage.Read(buffer) is not { Word: GuardWord.Status } status)
            {
                socket.Dispose();
                return null;
            }

            // A guard that is frozen must never freeze its agent.
            socket.Blocking = false;
            lock (gate)
            {
                guard = socket;
            }

            return status.Deadline;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private async Task WaitForEndAsync(CancellationToken stopping)
    {
        Socket? current;
        lock (gate)
        {
            current = guard;
        }

        if (current is null)
        {
            return;
        }

        try
        {
            var buffer = new byte[GuardMessage.Bytes];
            while (await current.ReceiveAsync(buffer, stopping) > 0)
            {
                // A guard says nothing after its greeting; whatever comes is not for us.
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Its end is what was waited for.
        }

        lock (gate)
        {
            if (guard == current && !stopping.IsCancellationRequested)
            {
                current.Dispose();
                guard = null;
            }
        }
    }

    private void Send()
    {
        lock (gate)
        {
            Span<byte> message = stackalloc byte[GuardMessage.Bytes];
            (deadline is { } at ? new GuardMessage(GuardWord.Arm, at) : new GuardMessage(GuardWord.Disarm, TimeSpan.Zero)).Write(message);
            try
            {
                guard?.Send(message);
            }
            catch (SocketException exception)
            {
                LogNotSent(exception.Message);
            }
        }
    }

    [LoggerMessage(1311, LogLevel.Error, "The guard is gone; it is started again")]
    private partial void LogLost();

    [LoggerMessage(1312, LogLevel.Error, "The guard did not come back: {Why}")]
    private partial void LogNotBack(string why);

    [LoggerMessage(1313, LogLevel.Warning, "The guard could not be told the deadline: {Why}")]
    private partial void LogNotSent(string why);
}
