using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>What a client that is no member asks a node for.</summary>
internal enum ClientCall : byte
{
    Read = 1,

    /// <summary>A command as the log holds it, with the client's own request id.</summary>
    Write = 2,
    Keep = 3,
    Watch = 4,

    /// <summary>Ends the watch with the same number.</summary>
    Cancel = 5,
    Status = 6,
    Membership = 7,
}

internal enum ClientReply : byte
{
    Done = 1,

    /// <summary>One change of a watch; more follow.</summary>
    Change = 2,
    Unavailable = 3,
    Compacted = 4,

    /// <summary>The request itself is wrong.</summary>
    Refused = 5,

    /// <summary>A watch has nothing to tell, and its node hears from a leader.</summary>
    Alive = 6,
}

/// <summary>The results that travel to clients, as bytes.</summary>
internal static class ClientProtocol
{
    /// <summary>How often a node that hears from a leader says so to those who watch.</summary>
    public static readonly TimeSpan AliveEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>A watch that has been told nothing for so long goes on at another node: this one is frozen, or cut off.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromMilliseconds(1600);

    public static void WriteImage(ByteWriter writer, StoreImage image)
    {
        writer.Int64(image.Revision.Number);
        WriteEntries(writer, image.Entries);
    }

    public static StoreImage ReadImage(ref ByteReader reader) => new(new Revision(reader.Int64()), ReadEntries(ref reader));

    public static void WriteChange(ByteWriter writer, StoreChange change)
    {
        writer.Int64(change.Revision.Number);
        WriteEntries(writer, change.Written);
        WriteTexts(writer, change.Deleted);
    }

    public static StoreChange ReadChange(ref ByteReader reader) =>
        new(new Revision(reader.Int64()), ReadEntries(ref reader), ReadTexts(ref reader));

    public static void WriteStatus(ByteWriter writer, RaftStatus status)
    {
        writer.Text(status.Address);
        writer.Byte((byte)status.Role);
        writer.Int64(status.Term);
        writer.OptionalText(status.Leader);
        writer.Int64(status.CommitIndex);
        writer.Int64(status.AppliedIndex);
        WriteTexts(writer, status.Voters);
        WriteTexts(writer, status.Learners);
    }

    public static RaftStatus ReadStatus(ref ByteReader reader) => new(
        reader.Text(),
        (RaftNodeRole)reader.Byte(),
        reader.Int64(),
        reader.OptionalText(),
        reader.Int64(),
        reader.Int64(),
        ReadTexts(ref reader),
        ReadTexts(ref reader));

    private static void WriteEntries(ByteWriter writer, ImmutableArray<StoreEntry> entries)
    {
        writer.Int32(entries.Length);
        foreach (var entry in entries)
        {
            writer.Text(entry.Key);
            writer.Text(entry.Value);
            writer.Int64(entry.Modified.Number);
            writer.OptionalText(entry.Session?.Text);
        }
    }

    private static ImmutableArray<StoreEntry> ReadEntries(ref ByteReader reader)
    {
        var entries = ImmutableArray.CreateBuilder<StoreEntry>();
        for (var count = reader.Count(17); count > 0; count--)
        {
            entries.Add(new StoreEntry(
                reader.Text(), reader.Text(), new Revision(reader.Int64()), CommandCodec.ToSession(reader.OptionalText())));
        }

        return entries.ToImmutable();
    }

    private static void WriteTexts(ByteWriter writer, ImmutableArray<string> texts)
    {
        writer.Int32(texts.Length);
        foreach (var text in texts)
        {
            writer.Text(text);
        }
    }

    private static ImmutableArray<string> ReadTexts(ref ByteReader reader)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        for (var count = reader.Count(4); count > 0; count--)
        {
            texts.Add(reader.Text());
        }

        return texts.ToImmutable();
    }
}
