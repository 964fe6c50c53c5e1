using System.Security.Authentication;
using Holdfast.Router.Accepting;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Sessions;

/// <summary>Mode session for one cluster: what becomes of each accepted connection.</summary>
internal sealed partial class PostgreSqlSessions(SessionOptions options, ILogger logger)
{
    private static readonly TimeSpan LogAgainAfter = TimeSpan.FromSeconds(10);
    private readonly CancelKeys cancelKeys = new();
    private long loggedMs = long.MinValue;
    private int unlogged;

    public async Task ServeAsync(LoopCluster part, PortRole role, LoopSocket socket)
    {
        var opening = new Opening();
        part.Add(opening);
        using var client = new Wire(socket);
        opening.Client = socket;
        try
        {
            await ServeAsync(part, role, client, opening);
        }
        catch (MemberRefusedException refusal)
        {
            await TellAsync(part, client, refusal.Error.ToBytes());
        }
        catch (Exception exception) when (exception is ProtocolException or AuthenticationException)
        {
            Log(part, exception.Message);
            await TellAsync(part, client, MessageWriter.Fatal(StateOf(exception), exception.Message));
        }
        catch (IOException)
        {
            // Somebody has gone; nobody is left to be told.
            part.Traffic.Refused += opening.IsOpen ? 0 : 1;
        }
        finally
        {
            part.Remove(opening);
        }
    }

    private async Task ServeAsync(LoopCluster part, PortRole role, Wire client, Opening opening)
    {
        if (await ProxyHeaders.ReadAsync(client.Socket, part) is null)
        {
            client.Reset();
            return;
        }

        var start = new SessionStart(part, options);
        StartupPacket packet;
        using (new Deadline(part, part.Options.StartupLimit, client.Socket))
        {
            packet = await start.ReadStartupAsync(client);
        }

        if (packet is StartupPacket.Cancel cancel)
        {
            await CancelAsync(part, cancel);
        }
        else if (packet is StartupPacket.Session startup)
        {
            start.CheckCertificate(client, startup.User);
            await OpenAsync(part, role, client, start, startup, opening);
        }
    }

    private async Task OpenAsync(LoopCluster part, PortRole role, Wire client, SessionStart start, StartupPacket.Session startup, Opening opening)
    {
        if (await part.Connector.ConnectAsync(role, client.Socket, part.Options.HoldLimit) is not { } connection)
        {
            part.Traffic.Refused++;
            await TellAsync(part, client, MessageWriter.Fatal("57P03", $"cluster {part.Options.Scope} cannot be reached now", part.Table.Plan.Reason));
            return;
        }

        var member = new Member(part, connection);
        var key = cancelKeys.Give();
        SessionMover mover;
        try
        {
            using var limit = new Deadline(part, part.Options.StartupLimit, client.Socket, connection.Socket);
            await start.SecureMemberAsync(member);
            var credential = await start.LogInAsync(client, member, startup);
            mover = new SessionMover(part, start, startup, credential);
            await GreetAsync(client, member, mover, key);
        }
        catch
        {
            cancelKeys.TakeBack(key);
            member.Dispose();
            throw;
        }

        using var session = new Session(part, options, mover, client, member, cancelKeys, key);
        opening.Session = session;
        await session.RunAsync();
    }

    /// <summary>The member's greeting, with a key of the router's own in it.</summary>
    private static async Task GreetAsync(Wire client, Member member, SessionMover mover, (int Process, int Secret) key)
    {
        var greeting = await MemberLogin.ReadGreetingAsync(member.Wire);
        member.CancelRequest = SessionMover.CancelRequestOf(greeting);
        using var all = new MemoryStream();
        foreach (var message in greeting)
        {
            if (message.Type == (byte)'S')
            {
                mover.NoteParameter(message.Type, message.Body);
            }

            all.Write(message.Type == (byte)'K'
                ? new MessageWriter().Begin((byte)'K').Number(key.Process).Number(key.Secret).End().ToArray()
                : message.ToBytes());
        }

        all.Write(new MessageWriter().Begin((byte)'Z').Byte((byte)'I').End().ToArray());
        await client.WriteAsync(all.ToArray());
    }

    /// <summary>Passed on to where the session's statements run; the client learns nothing of what became of it, as with PostgreSQL itself.</summary>
    private async Task CancelAsync(LoopCluster part, StartupPacket.Cancel request)
    {
        if (cancelKeys.Find(request) is not { } target)
        {
            return;
        }

        using var member = new Wire(LoopSocket.Connect(part.Loop, target.Address, out _));
        using var limit = new Deadline(part, part.Options.ConnectLimit, member.Socket);
        await member.WriteAsync(target.Request.ToBytes());
        _ = await member.ReadAsync(new byte[1]);
    }

    private static async Task TellAsync(LoopCluster part, Wire client, byte[] message)
    {
        try
        {
            using var limit = new Deadline(part, TimeSpan.FromSeconds(1), client.Socket);
            await client.WriteAsync(message);
            client.Socket.ShutDownWrite();

            // Closing with something unread would break the connection before the client has heard.
            var rest = new byte[1024];
            while (await client.ReadAsync(rest) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The client is gone already, or says too much.
        }
    }

    private static string StateOf(Exception exception) => exception.Message.Contains("authentication failed", StringComparison.Ordinal) ? "28P01" : "08P01";

    /// <summary>Once a burst: a port scan must not fill the disk.</summary>
    private void Log(LoopCluster part, string why)
    {
        var nowMs = (long)part.Cluster.Now.TotalMilliseconds;
        if (nowMs - Volatile.Read(ref loggedMs) < LogAgainAfter.TotalMilliseconds)
        {
            Interlocked.Increment(ref unlogged);
            return;
        }

        Volatile.Write(ref loggedMs, nowMs);
        LogRefused(part.Options.Scope, why, Interlocked.Exchange(ref unlogged, 0));
    }

    [LoggerMessage(3940, LogLevel.Warning, "Cluster {Scope}: a client was refused: {Why} ({More} more since the last such line)")]
    private partial void LogRefused(string scope, string why, int more);

    /// <summary>A connection before, and then around, its session.</summary>
    private sealed class Opening : IRoutedConnection
    {
        public LoopSocket? Client { get; set; }

        public Session? Session { get; set; }

        public bool IsOpen => Session is not null;

        public void OnTable(RouteTable table) => Session?.OnTable(table);

        public void Drain(bool isOver)
        {
            if (Session is { } session)
            {
                session.Drain(isOver);
            }
            else
            {
                Client?.Reset();
            }
        }
    }
}
