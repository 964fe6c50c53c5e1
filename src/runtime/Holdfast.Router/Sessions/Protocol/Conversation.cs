namespace Holdfast.Router.Sessions.Protocol;

/// <summary>
/// Knows when a session is between transactions: everything that the client asked has been answered, and the last answer said idle.
/// A client that sends its Syncs before their time (in the middle of a COPY FROM) is followed as the server follows it: it drops them.
/// </summary>
internal sealed class Conversation
{
    /// <summary>A client that is so far ahead is not followed any more, and never counts as idle again.</summary>
    private const int PendingMax = 1 << 16;

    private readonly Queue<byte> pending = new();
    private FrameWalker fromClient;
    private FrameWalker fromServer;
    private bool isCopying;
    private bool hasUnsynced;
    private bool isLost;

    /// <summary>I idle, T in a transaction, E in a failed one; as the last ReadyForQuery said.</summary>
    public byte Status { get; private set; } = (byte)'I';

    /// <summary>The session can go on elsewhere without anybody noticing.</summary>
    public bool IsIdle => Status == (byte)'I' && pending.Count == 0 && !hasUnsynced && !isCopying && !isLost && fromClient.IsAtBoundary && fromServer.IsAtBoundary;

    /// <summary>Something of the router's own can be said to the client now.</summary>
    public bool IsAtServerBoundary => fromServer.IsAtBoundary;

    /// <summary>The server has said why it ends the session.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The client has said good-bye.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Called with whole Query and Parse messages' bodies; null when nobody asks.</summary>
    public StatementSeen? OnStatement { get; set; }

    /// <summary>Called with every whole ParameterStatus body; null when nobody asks.</summary>
    public StatementSeen? OnParameter { get; set; }

    public delegate void StatementSeen(byte type, ReadOnlySpan<byte> body);

    /// <summary>False when this is not PostgreSQL's protocol.</summary>
    public bool ClientSent(ReadOnlySpan<byte> piece)
    {
        var offset = 0;
        while (fromClient.Next(piece, ref offset, out var frame))
        {
            if (frame.IsBroken || (frame.Begins && !IsClientMessage(frame.Type)))
            {
                return false;
            }

            if (frame.Begins)
            {
                Ask(frame.Type);
            }

            if (frame.IsWhole && frame.Type is (byte)'Q' or (byte)'P')
            {
                OnStatement?.Invoke(frame.Type, frame.Body);
            }
        }

        return true;
    }

    /// <summary>False when this is not PostgreSQL's protocol.</summary>
    public bool ServerSent(ReadOnlySpan<byte> piece)
    {
        var offset = 0;
        while (fromServer.Next(piece, ref offset, out var frame))
        {
            if (frame.IsBroken)
            {
                return false;
            }

            switch (frame.Type)
            {
                case (byte)'Z' when frame.Body.Length > 0:
                    Answered(frame.Body[0]);
                    break;
                case (byte)'G' or (byte)'W' when frame.Begins:
                    CopyBegan();
                    break;
                case (byte)'E' when frame.Begins && frame.Body.IndexOf("VFATAL\0"u8) >= 0:
                    HasFailed = true;
                    break;
                case (byte)'S' when frame.IsWhole:
                    OnParameter?.Invoke(frame.Type, frame.Body);
                    break;
            }
        }

        return true;
    }

    private static bool IsClientMessage(byte type) => type is
        (byte)'Q' or (byte)'P' or (byte)'B' or (byte)'D' or (byte)'E' or (byte)'S' or (byte)'C' or (byte)'H' or (byte)'F'
        or (byte)'d' or (byte)'c' or (byte)'f' or (byte)'p' or (byte)'X';

    private void Ask(byte type)
    {
        switch (type)
        {
            case (byte)'S' when isCopying:
                break;
            case (byte)'Q' or (byte)'F' or (byte)'S':
                Enqueue(type);
                hasUnsynced &= type != (byte)'S';
                break;
            case (byte)'c' or (byte)'f':
                if (isCopying)
                {
                    isCopying = false;
                }
                else if (pending.Count > 0)
                {
                    // The copy that it ends may not have begun yet at the server. With nothing asked, it ends nothing.
                    Enqueue(type);
                }

                break;
            case (byte)'P' or (byte)'B' or (byte)'D' or (byte)'E' or (byte)'C' or (byte)'H':
                hasUnsynced = !isCopying || hasUnsynced;
                break;
            case (byte)'X':
                IsTerminated = true;
                break;
        }
    }

    private void Enqueue(byte type)
    {
        if (pending.Count >= PendingMax)
        {
            isLost = true;
            return;
        }

        pending.Enqueue(type);
    }

    private void Answered(byte status)
    {
        Status = status;
        isCopying = false;
        while (pending.TryDequeue(out var asked) && asked is (byte)'c' or (byte)'f')
        {
            // A CopyDone outside of a copy is dropped by the server, and answered by nothing.
        }

        while (pending.TryPeek(out var next) && next is (byte)'c' or (byte)'f')
        {
            pending.Dequeue();
        }
    }

    /// <summary>The server reads copy data now, and drops the Syncs before the copy's end that it finds among them.</summary>
    private void CopyBegan()
    {
        var kept = new List<byte>();
        var isOpen = true;
        while (pending.TryDequeue(out var asked))
        {
            switch (asked)
            {
                case (byte)'S' when isOpen:
                    break;
                case (byte)'c' or (byte)'f' when isOpen:
                    isOpen = false;
                    break;
                default:
                    kept.Add(asked);
                    break;
            }
        }

        kept.ForEach(pending.Enqueue);
        isCopying = isOpen;
        hasUnsynced |= kept.Count == 0;
    }
}
