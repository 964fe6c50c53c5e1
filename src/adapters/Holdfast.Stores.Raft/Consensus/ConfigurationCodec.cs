using System.Collections.Immutable;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Consensus;

/// <summary>A configuration as bytes, for log entries and snapshots.</summary>
internal static class ConfigurationCodec
{
    public static byte[] Encode(Configuration configuration)
    {
        var writer = new ByteWriter();
        Write(writer, configuration);
        return writer.ToArray();
    }

    public static Configuration Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return Read(ref reader);
    }

    public static void Write(ByteWriter writer, Configuration configuration)
    {
        WriteNames(writer, configuration.Voters);
        WriteNames(writer, configuration.Learners);
    }

    public static Configuration Read(ref ByteReader reader)
    {
        var voters = ReadNames(ref reader);
        return new Configuration(voters, ReadNames(ref reader));
    }

    private static void WriteNames(ByteWriter writer, ImmutableArray<string> names)
    {
        writer.UInt16((ushort)names.Length);
        foreach (var name in names)
        {
            writer.Text(name);
        }
    }

    private static ImmutableArray<string> ReadNames(ref ByteReader reader)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        for (int count = reader.UInt16(); count > 0; count--)
        {
            names.Add(reader.Text());
        }

        return names.ToImmutable();
    }
}
