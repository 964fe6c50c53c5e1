using System.Buffers.Binary;

namespace Holdfast.Router.Sessions.Protocol;

/// <summary>
/// Finds the messages in a stream of PostgreSQL's protocol that arrives in arbitrary pieces: a type, a length that counts itself, a
/// body (protocol-overview and protocol-message-formats in the manual). It keeps nothing of the bodies.
/// </summary>
internal struct FrameWalker
{
    private const int HeaderBytes = 5;

    /// <summary>Longer messages than PostgreSQL itself would take (PQ_LARGE_MESSAGE_LIMIT, 1 GB less one) are no messages.</summary>
    private const int LengthMax = 0x3fffffff;

    private ulong header;
    private int headerBytes;
    private int bodyLeft;

    /// <summary>The last piece ended between two messages.</summary>
    public readonly bool IsAtBoundary => headerBytes == 0;

    /// <summary>
    /// Steps to the next message that begins in the piece, or goes on in it.
    /// </summary>
    /// <param name="piece">What is left of the piece.</param>
    /// <param name="offset">Where to go on in it; moved to behind what belongs to this step.</param>
    /// <param name="frame">The message whose header became known, or whose body ended, in this step.</param>
    /// <returns>False when the piece is used up.</returns>
    public bool Next(ReadOnlySpan<byte> piece, ref int offset, out Frame frame)
    {
        frame = default;
        while (headerBytes < HeaderBytes)
        {
            if (offset == piece.Length)
            {
                return false;
            }

            // Most headers are whole: they are read at once.
            if (headerBytes == 0 && piece.Length - offset >= HeaderBytes)
            {
                header = ((ulong)piece[offset] << 32) | BinaryPrimitives.ReadUInt32BigEndian(piece[(offset + 1)..]);
                offset += HeaderBytes;
                headerBytes = HeaderBytes;
            }
            else
            {
                header = (headerBytes == 0 ? 0 : header << 8) | piece[offset++];
                headerBytes++;
            }

            if (headerBytes == HeaderBytes)
            {
                var length = (uint)header;
                if (length is < 4 or > LengthMax)
                {
                    frame = new(Type, default, false, false, true);
                    return true;
                }

                bodyLeft = (int)length - 4;
                var whole = Math.Min(bodyLeft, piece.Length - offset);
                frame = new(Type, piece.Slice(offset, whole), true, whole == bodyLeft, false);
                Consume(whole, ref offset);
                return true;
            }
        }

        var part = Math.Min(bodyLeft, piece.Length - offset);
        if (part == 0)
        {
            return false;
        }

        frame = new(Type, piece.Slice(offset, part), false, part == bodyLeft, false);
        Consume(part, ref offset);
        return true;
    }

    private readonly byte Type => (byte)(header >> 32);

    private void Consume(int bytes, ref int offset)
    {
        offset += bytes;
        bodyLeft -= bytes;
        if (bodyLeft == 0)
        {
            headerBytes = 0;
        }
    }
}

/// <summary>A message, or as much of it as one piece holds.</summary>
/// <param name="type">Its type's letter.</param>
/// <param name="body">What is there of its body.</param>
/// <param name="begins">Its header is in this piece.</param>
/// <param name="ends">Its body ends in this piece.</param>
/// <param name="isBroken">Its length cannot be: this is not the protocol.</param>
internal readonly ref struct Frame(byte type, ReadOnlySpan<byte> body, bool begins, bool ends, bool isBroken)
{
    public byte Type { get; } = type;

    public ReadOnlySpan<byte> Body { get; } = body;

    public bool Begins { get; } = begins;

    public bool Ends { get; } = ends;

    public bool IsBroken { get; } = isBroken;

    /// <summary>All of it is in this piece.</summary>
    public bool IsWhole => Begins && Ends;
}
