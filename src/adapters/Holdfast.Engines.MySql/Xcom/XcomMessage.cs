using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Engines.MySql.Xcom;

/// <summary>The few messages of XCom's that a client needs, as bytes: <c>pax_msg</c> of <c>xcom_vp.x</c> in protocol 1.1.</summary>
internal static class XcomMessage
{
    public const byte Normal = 0;
    public const byte VersionRequest = 1;
    public const byte VersionReply = 2;

    /// <summary>Protocol 1.1, the oldest that knows which protocols a node speaks.</summary>
    public const int Protocol = 2;

    private const int ClientMessage = 0;
    private const int ClientReply = 22;
    private const int RemoveNodeType = 15;
    private const uint VoidNode = 0xffffffff;
    private const int SynodeSize = 16;

    /// <summary>version[4] length[4] type[1] tag[2] unused[1].</summary>
    public static byte[] Header(byte type, int length)
    {
        var header = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(header, Protocol);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), length);
        header[8] = type;
        return header;
    }

    public static byte[] RemoveNode(string group, string address)
    {
        var id = GroupId(group);
        var body = new ArrayBufferWriter<byte>();

        // to, from, group, max_synode, start_type, reply_to, proposal, op, synode, msg_type, no receivers.
        Write(body, VoidNode, VoidNode, id);
        WriteSynode(body, 0);
        Write(body, 0, 0, 0, 0, 0, ClientMessage);
        WriteSynode(body, 0);
        Write(body, 0, 0);

        // The payload: unique_id, group, lsn, app_key, consensus, expiry_time, notused, log_it, chosen, recover, then what is wanted.
        Write(body, 1);
        WriteSynode(body, 0);
        Write(body, id, 0, 0);
        WriteSynode(body, id);
        Write(body, 0, 0, 0, 0, 0, 0, 0);
        Write(body, RemoveNodeType, 1);
        WriteText(body, address);

        // No uuid: nodes are put out by their address. From which to which protocol it speaks matters to those that come only.
        Write(body, 0, 1, Protocol);
        Write(body, 0);

        // no snapshots, cli_err, force_delivery, refcnt.
        Write(body, 0, 0, 0, 0, 0);
        return [.. Header(Normal, body.WrittenCount), .. body.WrittenSpan];
    }

    /// <summary>Null when the request was taken; otherwise why it was not.</summary>
    public static string? ReadVerdict(ReadOnlySpan<byte> body)
    {
        // to, from, group, max_synode, start_type, reply_to, proposal come before the operation.
        const int operationAt = 12 + SynodeSize + 4 + 8 + 8;
        const int afterSynode = operationAt + 4 + SynodeSize;
        if (body.Length < afterSynode + 24 || Word(body, operationAt) != ClientReply)
        {
            return "the group's member answered with something else than a reply";
        }

        // A reply carries no receivers, payload or snapshots: four absent pointers stand between the message's type and the verdict.
        var at = afterSynode + 4;
        for (var pointer = 0; pointer < 4; pointer++, at += 4)
        {
            if (Word(body, at) != 0)
            {
                return "the group's member answered with more than a reply";
            }
        }

        return Word(body, at) switch
        {
            0 => null,
            2 => "the group's member cannot take the request now",
            _ => "the group's member refused the request",
        };
    }

    /// <summary>The group's name as XCom knows it.</summary>
    public static uint GroupId(string name) =>
        Encoding.UTF8.GetBytes(name).Aggregate(0u, (sum, letter) => unchecked(sum + (0x811c9dc5u * letter)));

    private static void WriteSynode(ArrayBufferWriter<byte> body, uint group) => Write(body, group, 0, 0, 0);

    private static void Write(ArrayBufferWriter<byte> body, params ReadOnlySpan<uint> words)
    {
        foreach (var word in words)
        {
            BinaryPrimitives.WriteUInt32BigEndian(body.GetSpan(4), word);
            body.Advance(4);
        }
    }

    /// <summary>Its length, its bytes, and zeros up to the next multiple of four.</summary>
    private static void WriteText(ArrayBufferWriter<byte> body, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(body, (uint)bytes.Length);
        body.Write(bytes);
        body.Write(new byte[(4 - (bytes.Length % 4)) % 4]);
    }

    private static uint Word(ReadOnlySpan<byte> body, int at) => BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
}
