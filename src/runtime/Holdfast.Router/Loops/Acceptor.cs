using System.Net;
using System.Net.Sockets;

namespace Holdfast.Router.Loops;

/// <summary>A listening socket that every loop watches; whoever is free takes the next connection.</summary>
internal sealed class Acceptor : IDisposable
{
    private const int Backlog = 4096;
    private const int AcceptsPerTurn = 16;
    private static readonly TimeSpan PauseWhenExhausted = TimeSpan.FromMilliseconds(50);
    private readonly Socket socket;

    /// <exception cref="SocketException">The address is in use, or not this host's.</exception>
    public Acceptor(IPEndPoint address)
    {
        socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As every server does: a port in TIME_WAIT from an earlier life is no obstacle.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(address);
            socket.Listen(Backlog);
            socket.Blocking = false;
            Address = (IPEndPoint)socket.LocalEndPoint!;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public IPEndPoint Address { get; }

    /// <summary>Begins to take connections on this loop. Call on its thread.</summary>
    public void Serve(Loop loop, IAcceptance acceptance) => new Watcher((int)socket.Handle, loop, acceptance).Watch();

    public void Dispose() => socket.Dispose();

    /// <summary>Takes connections while there is room; otherwise looks away for a moment and leaves them waiting in the kernel.</summary>
    private sealed class Watcher : Loop.IHandler
    {
        private readonly int listener;
        private readonly Loop loop;
        private readonly IAcceptance acceptance;
        private readonly LoopTimer pause;
        private ulong token;

        public Watcher(int listener, Loop loop, IAcceptance acceptance)
        {
            this.listener = listener;
            this.loop = loop;
            this.acceptance = acceptance;
            pause = new(Watch);
        }

        public void Watch() => token = loop.Watch(listener, Linux.EventIn | Linux.EventExclusive, this);

        public unsafe void OnEvents(uint events)
        {
            for (var count = 0; count < AcceptsPerTurn; count++)
            {
                if (!acceptance.HasRoom)
                {
                    LookAway();
                    return;
                }

                var descriptor = Linux.Accept(listener, null, null, Linux.NonBlocking | Linux.CloseOnExec);
                if (descriptor >= 0)
                {
                    acceptance.Take(loop, descriptor);
                }
                else if (Linux.LastError is Linux.TooManyFiles or Linux.TooManyFilesInSystem or Linux.NoBuffers or Linux.OutOfMemory)
                {
                    acceptance.Exhausted(Linux.LastError);
                    LookAway();
                    return;
                }
                else if (Linux.LastError == Linux.TryAgain)
                {
                    return;
                }
            }
        }

        private void LookAway()
        {
            loop.Unwatch(listener, token);
            pause.Arm(loop, PauseWhenExhausted);
        }
    }
}

/// <summary>What becomes of a listener's connections. Called on the loops' threads.</summary>
internal interface IAcceptance
{
    bool HasRoom { get; }

    void Take(Loop loop, int descriptor);

    /// <summary>The system has nothing left for another connection.</summary>
    void Exhausted(int error);
}
