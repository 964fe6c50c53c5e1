using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Bench.Router.Tools;

/// <summary>
/// The verb <c>sink</c>, a server that sends every byte back and holds as many connections as anybody opens. A process of its own:
/// one cannot have both ends of ten thousand connections.
/// </summary>
internal static class SinkCommand
{
    public const string Name = "sink";
    private const int Backlog = 4_096;

    public static Command Create()
    {
        var port = new Argument<int>("port");
        var command = new Command(Name, "Echo every byte") { port };
        command.Hidden = true;
        command.SetAction((parsed, stopping) => ServeAsync(parsed.GetValue(port), stopping));
        return command;
    }

    private static async Task<int> ServeAsync(int port, CancellationToken stopping)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(Backlog);
        try
        {
            while (true)
            {
                _ = EchoAsync(await listener.AcceptAsync(stopping), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static async Task EchoAsync(Socket client, CancellationToken stopping)
    {
        using (client)
        {
            try
            {
                var bytes = new byte[1];
                while (await client.ReceiveAsync(bytes, stopping) > 0)
                {
                    await client.SendAsync(bytes, stopping);
                }
            }
            catch (Exception ended) when (ended is SocketException or OperationCanceledException)
            {
                // The other side is gone, or we are to be.
            }
        }
    }
}
