using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Messages between nodes as bytes.</summary>
internal static class PeerMessageCodec
{
    private const byte ConsensusTag = 1;
    private const byte ProposeTag = 2;
    private const byte ProposalRefusedTag = 3;
    private const byte AskReadTag = 4;
    private const byte ReadAnswerTag = 5;
    private const byte AskKeepTag = 6;
    private const byte KeepAnswerTag = 7;
    private const byte AskMembershipTag = 8;

    public static void Write(ByteWriter writer, PeerMessage message)
    {
        switch (message)
        {
            case PeerMessage.Consensus consensus:
                writer.Byte(ConsensusTag);
                WriteConsensus(writer, consensus.Message);
                break;
            case PeerMessage.Propose propose:
                writer.Byte(ProposeTag);
                writer.UInt64(propose.Client);
                writer.Int64(propose.Sequence);
                writer.Bytes(propose.Command.Span);
                break;
            case PeerMessage.ProposalRefused refused:
                writer.Byte(ProposalRefusedTag);
                writer.UInt64(refused.Client);
                writer.Int64(refused.Sequence);
                break;
            case PeerMessage.AskRead ask:
                writer.Byte(AskReadTag);
                writer.UInt64(ask.Ticket);
                break;
            case PeerMessage.ReadAnswer answer:
                writer.Byte(ReadAnswerTag);
                writer.UInt64(answer.Ticket);
                writer.Int64(answer.Index ?? -1);
                break;
            case PeerMessage.AskKeep ask:
                writer.Byte(AskKeepTag);
                writer.UInt64(ask.Ticket);
                writer.Text(ask.Session);
                break;
            case PeerMessage.KeepAnswer answer:
                writer.Byte(KeepAnswerTag);
                writer.UInt64(answer.Ticket);
                writer.Byte((byte)answer.Keeping);
                break;
            case PeerMessage.AskMembership ask:
                writer.Byte(AskMembershipTag);
                writer.Byte((byte)ask.Wish);
                writer.Text(ask.Node);
                break;
            default:
                throw new InvalidOperationException($"no such message: {message}");
        }
    }

    /// <summary>Reads a message that <paramref name="from"/> sent to <paramref name="to"/>; a connection speaks for nobody else.</summary>
    public static PeerMessage Read(ReadOnlySpan<byte> bytes, string from, string to)
    {
        var reader = new ByteReader(bytes);
        return reader.Byte() switch
        {
            ConsensusTag => new PeerMessage.Consensus(ReadConsensus(ref reader, from, to)),
            ProposeTag => new PeerMessage.Propose(reader.UInt64(), reader.Int64(), reader.Bytes().ToArray()),
            ProposalRefusedTag => new PeerMessage.ProposalRefused(reader.UInt64(), reader.Int64()),
            AskReadTag => new PeerMessage.AskRead(reader.UInt64()),
            ReadAnswerTag => new PeerMessage.ReadAnswer(reader.UInt64(), reader.Int64() is >= 0 and var index ? index : null),
            AskKeepTag => new PeerMessage.AskKeep(reader.UInt64(), reader.Text()),
            KeepAnswerTag => new PeerMessage.KeepAnswer(reader.UInt64(), (SessionKeeping)reader.Byte()),
            AskMembershipTag => new PeerMessage.AskMembership((MembershipWish)reader.Byte(), reader.Text()),
            var tag => throw new InvalidDataException($"no message has the tag {tag}"),
        };
    }

    private static void WriteConsensus(ByteWriter writer, RaftMessage message)
    {
        writer.Byte((byte)message.Kind);
        writer.Int64(message.Term);
        WritePoint(writer, message.Point);
        writer.Int64(message.Commit);
        writer.Bool(message.IsRefused);
        WritePoint(writer, message.Hint);
        writer.Int64(message.Round);
        writer.Bool(message.IsForced);
        writer.Int32(message.Entries.Count);
        foreach (var entry in message.Entries)
        {
            writer.Int64(entry.Index);
            writer.Int64(entry.Term);
            writer.Byte((byte)entry.Kind);
            writer.Bytes(entry.Data.Span);
        }

        writer.Bool(message.Snapshot is not null);
        if (message.Snapshot is { } snapshot)
        {
            WritePoint(writer, snapshot.Point);
            ConfigurationCodec.Write(writer, snapshot.Configuration);
            writer.Bytes(snapshot.State.Span);
        }
    }

    private static RaftMessage ReadConsensus(ref ByteReader reader, string from, string to) =>
        new((MessageKind)reader.Byte(), from, to, reader.Int64())
        {
            Point = ReadPoint(ref reader),
            Commit = reader.Int64(),
            IsRefused = reader.Bool(),
            Hint = ReadPoint(ref reader),
            Round = reader.Int64(),
            IsForced = reader.Bool(),
            Entries = ReadEntries(ref reader),
            Snapshot = reader.Bool()
                ? new Snapshot(ReadPoint(ref reader), ConfigurationCodec.Read(ref reader), reader.Bytes().ToArray())
                : null,
        };

    private static LogEntry[] ReadEntries(ref ByteReader reader)
    {
        var entries = new LogEntry[reader.Count(21)];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new LogEntry(reader.Int64(), reader.Int64(), (EntryKind)reader.Byte(), reader.Bytes().ToArray());
        }

        return entries;
    }

    private static void WritePoint(ByteWriter writer, LogPoint point)
    {
        writer.Int64(point.Index);
        writer.Int64(point.Term);
    }

    private static LogPoint ReadPoint(ref ByteReader reader) => new(reader.Int64(), reader.Int64());
}
