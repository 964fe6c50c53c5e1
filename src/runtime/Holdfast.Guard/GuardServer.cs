using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Holdfast.Model;
using Microsoft.Extensions.Logging;

namespace Holdfast.Guard;

/// <summary>
/// The small process beside the database: it kills the database at the deadline that the agent keeps moving, so an agent that
/// hangs, is stopped or is killed cannot leave a primary behind. It ends by itself once no agent is connected and no deadline is set.
/// </summary>
public sealed partial class GuardServer : IDisposable
{
    private static readonly TimeSpan NoteLimit = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private readonly ManualResetEventSlim idle = new(false);
    private readonly string socketPath;
    private readonly ThreadFence fence;
    private readonly GuardNote note;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private volatile Thread? noting;
    private TimeSpan? deadline;
    private int agents;

    /// <param name="socketPath">Where agents connect; a leftover of a dead guard is replaced.</param>
    /// <param name="kill">Kills the database without asking it.</param>
    /// <param name="note">Left after a kill.</param>
    /// <param name="time">The host's monotonic clock.</param>
    /// <param name="logger">Told when the guard acts.</param>
    public GuardServer(string socketPath, Action kill, GuardNote note, TimeProvider time, ILogger logger)
    {
        this.note = note;
        this.time = time;
        this.socketPath = socketPath;
        this.logger = logger;
        fence = new ThreadFence(time, kill, Fenced);
    }

    /// <summary>Serves until no agent is connected and no deadline is set any more.</summary>
    /// <param name="firstAgentWithin">How long the guard waits for the agent that started it.</param>
    public void Run(TimeSpan firstAgentWithin)
    {
        // A new session: Ctrl-C in the agent's terminal is not meant for its guard.
        _ = SetSession();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = IsArmed);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(socketPath);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(4);

        var accepting = new Thread(() => Accept(listener)) { IsBackground = true, Name = "guard-accept" };
        accepting.Start();
        _ = idle.Wait(firstAgentWithin);
        while (!IsIdle)
        {
            idle.Reset();
            if (!IsIdle)
            {
                idle.Wait();
            }
        }

        File.Delete(socketPath);
        noting?.Join(NoteLimit);
    }

    public void Dispose()
    {
        fence.Dispose();
        idle.Dispose();
    }

    private bool IsArmed
    {
        get
        {
            lock (gate)
            {
                return deadline is not null;
            }
        }
    }

    private bool IsIdle
    {
        get
        {
            lock (gate)
            {
                return agents == 0 && deadline is null;
            }
        }
    }

    private void Accept(Socket listener)
    {
        while (true)
        {
            Socket agent;
            try
            {
                agent = listener.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            lock (gate)
            {
                agents++;
            }

            new Thread(() => Serve(agent)) { IsBackground = true, Name = "guard-agent" }.Start();
        }
    }

    private void Serve(Socket agent)
    {
        using (agent)
        {
            try
            {
                Greet(agent);
                Span<byte> buffer = stackalloc byte[GuardMessage.Bytes];
                while (ReadWhole(agent, buffer) && GuardMessage.Read(buffer) is { } message)
                {
                    Set(message);
                }
            }
            catch (SocketException exception)
            {
                LogAgentLost(exception.Message);
            }
        }

        lock (gate)
        {
            agents--;
        }

        idle.Set();
    }

    private void Greet(Socket agent)
    {
        TimeSpan left;
        lock (gate)
        {
            left = deadline ?? TimeSpan.Zero;
        }

        Span<byte> status = stackalloc byte[GuardMessage.Bytes];
        new GuardMessage(GuardWord.Status, left).Write(status);
        agent.Send(status);
    }

    private static bool ReadWhole(Socket agent, Span<byte> buffer)
    {
        for (var read = 0; read < buffer.Length;)
        {
            var count = agent.Receive(buffer[read..]);
            if (count == 0)
            {
                return false;
            }

            read += count;
        }

        return true;
    }

    private void Set(GuardMessage message)
    {
        lock (gate)
        {
            deadline = message.Word == GuardWord.Arm ? message.Deadline : null;
            if (deadline is { } at)
            {
                fence.Arm(at);
            }
            else
            {
                fence.Disarm();
            }
        }
    }

    private void Fenced(TimeSpan late)
    {
        bool isAlone;
        lock (gate)
        {
            deadline = null;
            isAlone = agents == 0;
        }

        LogFenced(late.TotalMilliseconds);

        // A disk that hangs must not keep the fence from its next deadline.
        var fencing = new Fencing(time.GetUtcNow(), string.Create(
            CultureInfo.InvariantCulture,
            $"the lease ran out{(isAlone ? ", for the agent had died" : "")}; the guard killed the database {late.TotalMilliseconds:0} ms after its deadline"));
        var leaving = new Thread(() => note.Leave(fencing)) { IsBackground = true, Name = "guard-note" };
        try
        {
            leaving.Start();
            noting = leaving;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The database is dead, which is what matters; the fence must live to see its next deadline.
        }

        idle.Set();
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetSession();

    [LoggerMessage(1301, LogLevel.Critical, "The agent did not move its deadline: the guard has killed the database ({LateMilliseconds:0} ms after it)")]
    private partial void LogFenced(double lateMilliseconds);

    [LoggerMessage(1302, LogLevel.Warning, "The agent's connection broke: {Why}")]
    private partial void LogAgentLost(string why);
}
