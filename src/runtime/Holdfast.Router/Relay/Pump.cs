using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Relay;

/// <summary>
/// Moves one direction's bytes until the sender ends. It never reads while the receiver has bytes to take, so a slow receiver slows
/// its sender and holds no more than one buffer here. Bulk streams move inside the kernel (splice(2)).
/// </summary>
/// <param name="from">The sender.</param>
/// <param name="to">The receiver.</param>
/// <param name="counter">Counts what was moved.</param>
/// <param name="owner">Told of the first bytes, and of the end.</param>
internal sealed class Pump(LoopSocket from, LoopSocket to, ByteCounter counter, IPumpOwner owner)
{
    /// <summary>So many full buffers in a row make a bulk stream.</summary>
    private const int BulkAfter = 4;

    /// <summary>So many small moves in a row end it.</summary>
    private const int BulkUntil = 8;
    private const int BulkLeastBytes = 16 * 1024;

    /// <summary>A stream that always has more lets the others go first after so much.</summary>
    private const int ShareBytes = 512 * 1024;

    private bool hasMoved;

    /// <summary>The owner is told of the end, so nobody awaits it.</summary>
    public void Begin() => _ = RunAsync();

    /// <summary>Ends when the sender did, or the connection broke; both sockets are reset then, so that nobody takes half an answer for a whole one.</summary>
    private async Task RunAsync()
    {
        var full = 0;
        var share = 0;
        while (true)
        {
            var step = Step(out var rest);
            if (step.Kind == TransferKind.WouldBlock)
            {
                share = 0;
                await from.Readable;
                continue;
            }

            if (step.Kind != TransferKind.Moved)
            {
                Finish(step.Kind);
                return;
            }

            Count(step.Bytes);
            if (rest is { } unsent && !await SendRestAsync(unsent))
            {
                Finish(TransferKind.Broken);
                return;
            }

            share += step.Bytes;
            full = step.Bytes == Loop.ScratchBytes ? full + 1 : 0;
            if (full >= BulkAfter && from.Loop.Pipes.Rent() is { } pipe)
            {
                full = 0;
                var ended = await MoveBulkAsync(pipe);
                if (ended != TransferKind.WouldBlock)
                {
                    Finish(ended);
                    return;
                }
            }

            if (share >= ShareBytes)
            {
                share = 0;
                await from.Loop.Yield();
            }
        }
    }

    /// <summary>One buffer from the sender to the receiver; what the receiver did not take at once is the rest.</summary>
    private unsafe Transfer Step(out ArraySegment<byte>? rest)
    {
        rest = null;
        var scratch = from.Loop.Scratch;
        var received = from.Receive(scratch, Loop.ScratchBytes);
        if (received.Kind != TransferKind.Moved)
        {
            return received;
        }

        var sent = to.Send(scratch, received.Bytes);
        if (sent.Kind == TransferKind.Broken)
        {
            return sent;
        }

        if (sent.Bytes < received.Bytes)
        {
            rest = SpareBuffers.CopyOf(new ReadOnlySpan<byte>(scratch + sent.Bytes, received.Bytes - sent.Bytes));
        }

        return received;
    }

    private async Task<bool> SendRestAsync(ArraySegment<byte> rest)
    {
        var offset = 0;
        while (offset < rest.Count)
        {
            var sent = Send(rest.AsSpan(offset));
            if (sent.Kind == TransferKind.WouldBlock)
            {
                await to.Writable;
                continue;
            }

            if (sent.Kind != TransferKind.Moved)
            {
                break;
            }

            offset += sent.Bytes;
        }

        SpareBuffers.Return(rest);
        return offset == rest.Count;
    }

    private unsafe Transfer Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return to.Send(start, bytes.Length);
        }
    }

    /// <summary>Through the kernel's pipe until the stream is not a bulk one any more (WouldBlock), or ended.</summary>
    private async Task<TransferKind> MoveBulkAsync(KernelPipe pipe)
    {
        var pipes = from.Loop.Pipes;
        var small = 0;
        var share = 0;
        while (small < BulkUntil)
        {
            var taken = from.SpliceInto(pipe, PipePool.PipeBytes);
            if (taken.Kind == TransferKind.WouldBlock)
            {
                share = 0;
                await from.Readable;
                continue;
            }

            if (taken.Kind != TransferKind.Moved)
            {
                pipes.Return(pipe, isEmpty: true);
                return taken.Kind;
            }

            small = taken.Bytes < BulkLeastBytes ? small + 1 : 0;
            Count(taken.Bytes);
            for (var left = taken.Bytes; left > 0;)
            {
                var given = to.SpliceFrom(pipe, left);
                if (given.Kind == TransferKind.WouldBlock)
                {
                    await to.Writable;
                    continue;
                }

                if (given.Kind != TransferKind.Moved)
                {
                    pipes.Return(pipe, isEmpty: false);
                    return TransferKind.Broken;
                }

                left -= given.Bytes;
            }

            share += taken.Bytes;
            if (share >= ShareBytes * 2)
            {
                share = 0;
                await from.Loop.Yield();
            }
        }

        pipes.Return(pipe, isEmpty: true);
        return TransferKind.WouldBlock;
    }

    private void Count(int bytes)
    {
        if (!hasMoved)
        {
            hasMoved = true;
            owner.OnFirstByte(from);
        }

        counter.Total += bytes;
    }

    private void Finish(TransferKind kind)
    {
        if (kind == TransferKind.End)
        {
            to.ShutDownWrite();
        }
        else
        {
            from.Reset();
            to.Reset();
        }

        owner.OnEnd();
    }
}

/// <summary>Whose bytes are pumped.</summary>
internal interface IPumpOwner
{
    void OnFirstByte(LoopSocket from);

    void OnEnd();
}
