using System.Net;
using System.Net.Sockets;

namespace Holdfast.Bench.Router.Tools;

/// <summary>Whether somebody listens on the loopback address.</summary>
internal static class LoopbackPort
{
    public static async Task<bool> IsOpenAsync(int port, CancellationToken stopping)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), stopping);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
