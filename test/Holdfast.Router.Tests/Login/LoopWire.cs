using System.Net;
using System.Net.Sockets;
using Holdfast.Router.Loops;
using Holdfast.Router.Sessions.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Router.Tests.Login;

/// <summary>A loop whose connections have their other ends here.</summary>
internal sealed class LoopWire : IDisposable
{
    private readonly Loop loop = new(0, TimeProvider.System, NullLogger.Instance);
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public LoopWire()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        loop.Begin();
    }

    /// <summary>What the work makes of a connection whose peer sends these bytes, and then nothing more.</summary>
    public async Task<T> ReadAsync<T>(byte[] sent, Func<Wire, Task<T>> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => _ = ServeAsync(work, result));
        using var peer = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await peer.SendAsync(sent, TestContext.Current.CancellationToken);
        peer.Shutdown(SocketShutdown.Send);
        return await result.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        loop.Dispose();
        listener.Dispose();
    }

    private async Task ServeAsync<T>(Func<Wire, Task<T>> work, TaskCompletionSource<T> result)
    {
        using var wire = new Wire(LoopSocket.Connect(loop, (IPEndPoint)listener.LocalEndPoint!, out _));
        try
        {
            result.SetResult(await work(wire));
        }
#pragma warning disable CA1031 // It is the test's to look at.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result.SetException(exception);
        }
    }
}
