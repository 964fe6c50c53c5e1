using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.State;

/// <summary>Commands as bytes: what a log entry holds.</summary>
internal static class CommandCodec
{
    private const byte TransactTag = 1;
    private const byte OpenTag = 2;
    private const byte CloseTag = 3;
    private const byte ExpireTag = 4;
    private const byte RegisterTag = 5;
    private const byte PutTag = 1;
    private const byte DeleteTag = 2;

    public static byte[] Encode(RequestId request, Command command)
    {
        var writer = new ByteWriter();
        writer.UInt64(request.Client);
        writer.Int64(request.Sequence);
        writer.Int64(request.Settled);
        switch (command)
        {
            case Command.Transact transact:
                writer.Byte(TransactTag);
                WriteTransaction(writer, transact.Transaction);
                break;
            case Command.OpenSession open:
                writer.Byte(OpenTag);
                writer.Text(open.Session);
                writer.Int64(open.TimeToLive.Ticks);
                break;
            case Command.CloseSession close:
                writer.Byte(CloseTag);
                writer.Text(close.Session);
                break;
            case Command.ExpireSession expire:
                writer.Byte(ExpireTag);
                writer.Text(expire.Session);
                break;
            case Command.RegisterNode register:
                writer.Byte(RegisterTag);
                writer.Text(register.Address);
                writer.UInt64(register.Identity);
                break;
            default:
                throw new InvalidOperationException($"no such command: {command}");
        }

        return writer.ToArray();
    }

    public static (RequestId Request, Command Command) Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var request = DecodeRequest(ref reader);
        Command command = reader.Byte() switch
        {
            TransactTag => new Command.Transact(ReadTransaction(ref reader)),
            OpenTag => new Command.OpenSession(reader.Text(), new TimeSpan(reader.Int64())),
            CloseTag => new Command.CloseSession(reader.Text()),
            ExpireTag => new Command.ExpireSession(reader.Text()),
            RegisterTag => new Command.RegisterNode(reader.Text(), reader.UInt64()),
            var tag => throw new InvalidDataException($"no command has the tag {tag}"),
        };
        return (request, command);
    }

    public static void WriteTransaction(ByteWriter writer, StoreTransaction transaction)
    {
        writer.Int32(transaction.Conditions.Length);
        foreach (var condition in transaction.Conditions)
        {
            writer.Text(condition.Key);
            writer.Int64(condition.Modified.Number);
        }

        writer.Int32(transaction.Writes.Length);
        foreach (var write in transaction.Writes)
        {
            WriteWrite(writer, write);
        }
    }

    public static StoreTransaction ReadTransaction(ref ByteReader reader)
    {
        var conditions = ImmutableArray.CreateBuilder<StoreCondition>();
        for (var count = reader.Count(12); count > 0; count--)
        {
            conditions.Add(new StoreCondition(reader.Text(), new Revision(reader.Int64())));
        }

        var writes = ImmutableArray.CreateBuilder<StoreWrite>();
        for (var count = reader.Count(5); count > 0; count--)
        {
            writes.Add(ReadWrite(ref reader));
        }

        return new StoreTransaction(conditions.ToImmutable(), writes.ToImmutable());
    }

    private static RequestId DecodeRequest(ref ByteReader reader) => new(reader.UInt64(), reader.Int64(), reader.Int64());

    private static void WriteWrite(ByteWriter writer, StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.Put put:
                writer.Byte(PutTag);
                writer.Text(put.Key);
                writer.Text(put.Value);
                writer.OptionalText(put.Session?.Text);
                break;
            case StoreWrite.Delete delete:
                writer.Byte(DeleteTag);
                writer.Text(delete.Key);
                break;
            default:
                throw new InvalidOperationException($"no such write: {write}");
        }
    }

    private static StoreWrite ReadWrite(ref ByteReader reader) => reader.Byte() switch
    {
        PutTag => new StoreWrite.Put(reader.Text(), reader.Text(), ToSession(reader.OptionalText())),
        DeleteTag => new StoreWrite.Delete(reader.Text()),
        var tag => throw new InvalidDataException($"no write has the tag {tag}"),
    };

    public static SessionId? ToSession(string? text) => text is null ? null : new SessionId(text);
}
