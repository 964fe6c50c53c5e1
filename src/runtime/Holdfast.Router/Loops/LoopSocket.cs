using System.Net;
using System.Net.Sockets;

namespace Holdfast.Router.Loops;

/// <summary>
/// One non-blocking TCP connection of a loop. <see cref="Readable"/> and <see cref="Writable"/> stay set until a call found nothing to
/// do, so a task calls first and awaits only when told <see cref="TransferKind.WouldBlock"/>.
/// </summary>
internal sealed unsafe class LoopSocket : Loop.IHandler, IDisposable
{
    private const uint Events = Linux.EventIn | Linux.EventOut | Linux.EventPeerClosed | Linux.EventEdge;
    private readonly ulong token;
    private bool isHungUp;
    private bool isReset;

    public LoopSocket(Loop loop, int descriptor)
    {
        Loop = loop;
        Descriptor = descriptor;
        token = loop.Watch(descriptor, Events, this);
        Readable.Set();
        Writable.Set();
    }

    public Loop Loop { get; }

    public int Descriptor { get; private set; }

    public Signal Readable { get; } = new();

    public Signal Writable { get; } = new();

    /// <summary>Called after anything happened on it, for a task that waits for more than this socket; null for nobody.</summary>
    public Action? Changed { get; set; }

    public bool IsClosed => Descriptor < 0;

    /// <summary>The peer has ended its side, or the connection is gone; there may still be bytes to read.</summary>
    public bool IsHungUp => isHungUp || IsClosed;

    /// <summary>Milliseconds of the loop's clock at which bytes last came in.</summary>
    public long ActiveMs { get; private set; }

    /// <summary>Begins a connection that goes on by itself: it is made once <see cref="Writable"/> is set and <see cref="ConnectError"/> is 0.</summary>
    /// <exception cref="IOException">The system has no socket to give.</exception>
    public static LoopSocket Connect(Loop loop, IPEndPoint peer, out int error)
    {
        var descriptor = Loop.OrThrow(
            Linux.Socket(peer.AddressFamily == AddressFamily.InterNetworkV6 ? Linux.FamilyIPv6 : Linux.FamilyIPv4, Linux.Stream | Linux.NonBlocking | Linux.CloseOnExec, 0), "socket");
        SocketTuning.Apply(descriptor);
        var address = peer.Serialize();
        int result;
        fixed (byte* bytes = address.Buffer.Span)
        {
            result = Linux.Connect(descriptor, bytes, address.Size);
        }

        error = result == 0 || Linux.LastError == Linux.InProgress ? 0 : Linux.LastError;
        var socket = new LoopSocket(loop, descriptor);
        socket.Readable.Reset();
        if (result != 0)
        {
            socket.Writable.Reset();
        }

        return socket;
    }

    /// <summary>The kernel's error of a connection attempt, as an errno; 0 when there is none. Asking clears it.</summary>
    public int ConnectError()
    {
        var error = 0;
        var length = sizeof(int);
        return IsClosed || Linux.GetOption(Descriptor, Linux.SocketLevel, Linux.SocketError, (byte*)&error, &length) != 0 ? Linux.ConnectionRefused : error;
    }

    public Transfer Receive(byte* buffer, int length)
    {
        // What is known to hold nothing is not asked: that would be as many calls again.
        if (!Readable.IsCompleted)
        {
            return Transfer.WouldBlock;
        }

        // An error is told once: a call that failed is never made again to learn why.
        while (!IsClosed)
        {
            var count = (int)Linux.Receive(Descriptor, buffer, length, 0);
            if (count > 0)
            {
                ActiveMs = Loop.NowMs;

                // A short read means that the kernel has no more, except that the end itself may still be there to be read.
                if (count < length && !isHungUp)
                {
                    Readable.Reset();
                }

                return Transfer.Moved(count);
            }

            if (count == 0)
            {
                return Transfer.End;
            }

            if (Linux.LastError == Linux.TryAgain)
            {
                Readable.Reset();
                return Transfer.WouldBlock;
            }

            if (Linux.LastError != Linux.Interrupted)
            {
                break;
            }
        }

        return Transfer.Broken;
    }

    /// <summary>What is there to be received, left in place. Whether more has come since is told by the next event only.</summary>
    public Transfer Peek(byte* buffer, int length)
    {
        if (IsClosed)
        {
            return Transfer.Broken;
        }

        var count = (int)Linux.Receive(Descriptor, buffer, length, Linux.Peek);
        return count switch
        {
            > 0 => Transfer.Moved(count),
            0 => Transfer.End,
            _ => Linux.LastError is Linux.TryAgain or Linux.Interrupted ? Transfer.WouldBlock : Transfer.Broken,
        };
    }

    public Transfer Send(byte* buffer, int length)
    {
        while (!IsClosed)
        {
            var count = (int)Linux.Send(Descriptor, buffer, length, Linux.NoSignal);
            if (count >= 0)
            {
                return Transfer.Moved(count);
            }

            if (Linux.LastError == Linux.TryAgain)
            {
                Writable.Reset();
                return Transfer.WouldBlock;
            }

            if (Linux.LastError != Linux.Interrupted)
            {
                break;
            }
        }

        return Transfer.Broken;
    }

    /// <summary>From this socket into a pipe.</summary>
    public Transfer SpliceInto(KernelPipe pipe, int length)
    {
        if (IsClosed)
        {
            return Transfer.Broken;
        }

        var count = (int)Linux.Splice(Descriptor, null, pipe.In, null, length, Linux.SpliceMove | Linux.SpliceNonBlocking);
        if (count > 0)
        {
            ActiveMs = Loop.NowMs;
            return Transfer.Moved(count);
        }

        if (count == 0)
        {
            return Transfer.End;
        }

        if (Linux.LastError is not (Linux.TryAgain or Linux.Interrupted))
        {
            return Transfer.Broken;
        }

        Readable.Reset();
        return Transfer.WouldBlock;
    }

    /// <summary>Out of a pipe into this socket.</summary>
    public Transfer SpliceFrom(KernelPipe pipe, int length)
    {
        if (IsClosed)
        {
            return Transfer.Broken;
        }

        var count = (int)Linux.Splice(pipe.Out, null, Descriptor, null, length, Linux.SpliceMove | Linux.SpliceNonBlocking);
        if (count > 0)
        {
            return Transfer.Moved(count);
        }

        if (count == 0 || Linux.LastError is not (Linux.TryAgain or Linux.Interrupted))
        {
            return Transfer.Broken;
        }

        Writable.Reset();
        return Transfer.WouldBlock;
    }

    public void ShutDownWrite()
    {
        if (!IsClosed)
        {
            _ = Linux.ShutDown(Descriptor, Linux.ShutDownWrite);
        }
    }

    /// <summary>Closes so that the peer sees the connection broken, not ended: it must not take a cut-off answer for a whole one.</summary>
    public void Reset()
    {
        isReset = true;
        Dispose();
    }

    public void Dispose()
    {
        if (IsClosed)
        {
            return;
        }

        if (isReset)
        {
            var linger = stackalloc int[2] { 1, 0 };
            _ = Linux.SetOption(Descriptor, Linux.SocketLevel, Linux.Linger, (byte*)linger, 2 * sizeof(int));
        }

        Loop.Unwatch(Descriptor, token);
        _ = Linux.Close(Descriptor);
        Descriptor = -1;

        // Whoever waits finds it closed.
        Readable.Set();
        Writable.Set();
    }

    void Loop.IHandler.OnEvents(uint events)
    {
        if ((events & (Linux.EventPeerClosed | Linux.EventHangUp | Linux.EventError)) != 0)
        {
            isHungUp = true;
        }

        if ((events & (Linux.EventIn | Linux.EventPeerClosed | Linux.EventHangUp | Linux.EventError)) != 0)
        {
            Readable.Set();
        }

        if ((events & (Linux.EventOut | Linux.EventHangUp | Linux.EventError)) != 0 && !IsClosed)
        {
            Writable.Set();
        }

        Changed?.Invoke();
    }
}
