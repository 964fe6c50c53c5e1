using System.Runtime.CompilerServices;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Sessions.Transport;

/// <summary>A loop's socket as a stream, for TLS and for whoever reads messages; it completes on the loop's thread.</summary>
internal sealed class LoopStream(LoopSocket socket) : Stream
{
    public LoopSocket Socket => socket;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>An empty buffer waits until something can be read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (buffer.IsEmpty)
            {
                await socket.Readable;
                return 0;
            }

            var received = Receive(buffer.Span);
            switch (received.Kind)
            {
                case TransferKind.Moved:
                    return received.Bytes;
                case TransferKind.End:
                    return 0;
                case TransferKind.Broken:
                    throw new IOException("the connection is broken");
                default:
                    await socket.Readable;
                    break;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var sent = Send(buffer.Span);
            switch (sent.Kind)
            {
                case TransferKind.Moved:
                    buffer = buffer[sent.Bytes..];
                    break;
                case TransferKind.WouldBlock:
                    await socket.Writable;
                    break;
                default:
                    throw new IOException("the connection is broken");
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A loop never blocks.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A loop never blocks.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private unsafe Transfer Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return socket.Receive(start, buffer.Length);
        }
    }

    private unsafe Transfer Send(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return socket.Send(start, buffer.Length);
        }
    }
}
