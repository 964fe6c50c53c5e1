using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Moving;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions;

/// <summary>
/// A client's session in mode session. Bytes are passed on as they come; the router follows just enough of them to know when nothing is
/// under way. When a switchover begins the session waits for that moment, gives its member up, and goes on at the new primary.
/// </summary>
internal sealed class Session : IRoutedConnection, IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(1);

    private readonly LoopCluster part;
    private readonly SessionMover mover;
    private readonly Wire client;
    private readonly CancelKeys cancelKeys;
    private readonly Conversation conversation = new();
    private readonly CustomSettings customSettings;
    private readonly Signal resumed = new();
    private readonly (int Process, int Secret) cancelKey;
    private readonly LoopTimer? idle;
    private Member member;
    private SnapshotReader? snapshot;
    private LoopTimer? ending;
    private bool expectsFirstByte = true;
    private bool isTelling;
    private bool isEnding;

    public Session(LoopCluster part, SessionOptions options, SessionMover mover, Wire client, Member member, CancelKeys cancelKeys, (int Process, int Secret) cancelKey)
    {
        this.part = part;
        this.mover = mover;
        this.client = client;
        this.member = member;
        this.cancelKeys = cancelKeys;
        this.cancelKey = cancelKey;
        customSettings = new(options.CustomSettings);
        conversation.OnStatement = customSettings.Note;
        conversation.OnParameter = mover.NoteParameter;
        resumed.Set();
        if (part.Options.IdleLimit is { } limit)
        {
            idle = new(() => CheckIdle(limit));
            idle.Arm(part.Loop, limit);
        }
    }

    private bool IsMoving => snapshot is not null;

    /// <summary>Until either side ends.</summary>
    public async Task RunAsync()
    {
        ShowCancelTarget();
        OnTable(part.Table);
        var upwards = PumpUpAsync();
        await PumpDownAsync();
        await upwards;
    }

    public void OnTable(RouteTable table)
    {
        // Once its old member has told all, the move goes on whoever leads; a member that tells nothing is not waited for beyond its term.
        if (!member.Connection.IsPrimary || isEnding || snapshot is { IsComplete: true })
        {
            return;
        }

        if (table.Plan.MustCut(member.Connection.Target.Name, member.Connection.Term))
        {
            part.Traffic.Cut++;
            End("57P01", "terminating connection: this member is not the primary any more", null);
        }
        else
        {
            BeginMoveIfDue(table);
        }
    }

    public void Drain(bool isOver)
    {
        if (isOver || conversation.IsIdle)
        {
            End("57P01", "terminating connection: the router ends", null);
        }
    }

    public void Dispose()
    {
        idle?.Cancel();
        ending?.Cancel();
        cancelKeys.TakeBack(cancelKey);
        member.Dispose();
        client.Dispose();
    }

    private async Task PumpUpAsync()
    {
        while (true)
        {
            var buffer = Array.Empty<byte>();
            try
            {
                if (client.Tls is null)
                {
                    await client.Socket.Readable;
                }
                else
                {
                    await client.WaitAsync();
                }

                await resumed;
                buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                var count = await client.ReadAsync(buffer);

                // What came during a move goes to the new member: the old one has not seen it.
                await resumed;
                if (count == 0)
                {
                    Leave();
                    return;
                }

                // A client that is being told why its session ends has nothing more to say.
                if (!isEnding)
                {
                    await PassUpAsync(buffer.AsMemory(0, count));
                }
            }
            catch (IOException)
            {
                Leave();
                return;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PassUpAsync(ReadOnlyMemory<byte> piece)
    {
        if (!conversation.ClientSent(piece.Span))
        {
            End("08P01", "this is not PostgreSQL's protocol", null);
            return;
        }

        part.Traffic.ToMembers.Total += piece.Length;
        try
        {
            await member.Wire.WriteAsync(piece);
        }
        catch (IOException)
        {
            // The member's end shows where it is read, with the member's last words before it.
        }
    }

    private async Task PumpDownAsync()
    {
        while (!isEnding)
        {
            var count = 0;
            var buffer = Array.Empty<byte>();
            try
            {
                if (member.Wire.Tls is null)
                {
                    await member.Wire.Socket.Readable;
                }
                else
                {
                    await member.Wire.WaitAsync();
                }

                buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                count = await member.Wire.ReadAsync(buffer);
            }
            catch (IOException)
            {
                count = 0;
            }

            try
            {
                if (count == 0)
                {
                    OnMemberGone();
                    return;
                }

                await TakeAsync(buffer.AsMemory(0, count));
            }
            catch (IOException)
            {
                Leave();
                return;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeAsync(ReadOnlyMemory<byte> piece)
    {
        if (snapshot is { } asked)
        {
            asked.Take(piece.Span);
            if (asked.IsComplete || asked.Failure is not null)
            {
                await MoveAsync(asked);
            }

            return;
        }

        if (!conversation.ServerSent(piece.Span))
        {
            End("08P01", "the member does not speak PostgreSQL's protocol", null);
            return;
        }

        if (expectsFirstByte)
        {
            expectsFirstByte = false;
            part.Cluster.NoteFirstByte(member.Connection.Target);
        }

        part.Traffic.ToClients.Total += piece.Length;
        isTelling = true;
        await client.WriteAsync(piece);
        isTelling = false;
        BeginMoveIfDue(part.Table);
    }

    private void BeginMoveIfDue(RouteTable table)
    {
        if (table.Plan.DrainsFor is null || !member.Connection.IsPrimary || IsMoving || isEnding || !conversation.IsIdle || conversation.IsTerminated)
        {
            return;
        }

        // From here on nothing of the client's reaches the member: what the member says next is the answer to this.
        resumed.Reset();
        snapshot = new();
        _ = AskAsync(member);
    }

    private async Task AskAsync(Member asked)
    {
        try
        {
            await asked.Wire.WriteAsync(SessionSnapshot.Question(customSettings.Names));
        }
        catch (IOException)
        {
            // The reader finds the same.
        }
    }

    private async Task MoveAsync(SnapshotReader answered)
    {
        var obstacle = answered.Failure ?? (answered.Snapshot.Obstacles is [var first, ..] ? $"it has {first}" : mover.Obstacle);
        if (obstacle is not null)
        {
            NotMoved($"The session cannot go on at the new primary: {obstacle}.");
            return;
        }

        try
        {
            await member.Wire.WriteAsync(MessageWriter.Terminate());
            member.Dispose();
            cancelKeys.Set(cancelKey, null);
            if (await mover.MoveAsync(client, answered.Snapshot) is not { } moved)
            {
                NotMoved($"No primary took the session within {part.Options.HoldLimit.TotalSeconds} s.");
                return;
            }

            member = moved;
        }
        catch (Exception exception) when (exception is IOException or ProtocolException or MemberRefusedException or AuthenticationException)
        {
            NotMoved($"The session could not go on at the new primary: {exception.Message}.");
            return;
        }

        part.Traffic.Moved++;
        snapshot = null;
        expectsFirstByte = true;
        ShowCancelTarget();
        resumed.Set();

        // Another switchover may have begun meanwhile.
        OnTable(part.Table);
    }

    private void NotMoved(string detail)
    {
        part.Traffic.NotMoved++;
        End("57P01", "terminating connection due to a switchover", detail);
    }

    private void OnMemberGone()
    {
        if (conversation.IsTerminated || conversation.HasFailed || client.Socket.IsHungUp)
        {
            Leave();
        }
        else
        {
            End("57P01", $"terminating connection: the connection to member {member.Connection.Target.Name} was lost", null);
        }
    }

    /// <summary>The client is gone, or has been told all that it will be told.</summary>
    private void Leave()
    {
        isEnding = true;
        member.Dispose();
        client.Socket.Dispose();
        resumed.Set();
    }

    /// <summary>Tells the client why, where that can be said between two messages, and ends the session once it has heard.</summary>
    private void End(string state, string message, string? detail)
    {
        if (isEnding)
        {
            return;
        }

        isEnding = true;
        member.Wire.Reset();
        resumed.Set();
        if (isTelling || !conversation.IsAtServerBoundary)
        {
            client.Reset();
            return;
        }

        ending = new(client.Socket.Dispose);
        ending.Arm(part.Loop, LastWordLimit);
        _ = TellAsync(MessageWriter.Fatal(state, message, detail));
    }

    private async Task TellAsync(byte[] message)
    {
        try
        {
            isTelling = true;
            await client.WriteAsync(message);
            client.Socket.ShutDownWrite();
        }
        catch (IOException)
        {
            // The client is gone already.
        }
    }

    private void ShowCancelTarget()
    {
        if (member is { Address: { } address, CancelRequest: { } request })
        {
            cancelKeys.Set(cancelKey, new(address, request));
        }
    }

    private void CheckIdle(TimeSpan limit)
    {
        var since = TimeSpan.FromMilliseconds(part.Loop.NowMs - Math.Max(client.Socket.ActiveMs, member.Wire.Socket.ActiveMs));
        if (since >= limit && !IsMoving)
        {
            End("57P05", "terminating connection due to idle timeout of the router", null);
            return;
        }

        idle!.Arm(part.Loop, since >= limit ? limit : limit - since);
    }
}
