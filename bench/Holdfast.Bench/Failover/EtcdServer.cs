using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.Bench.Failover;

/// <summary>One etcd in a directory of its own, for as long as it is needed.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly string directory;
    private readonly TimeProvider time;
    private readonly ChildProcess process;

    private EtcdServer(string directory, int port, ChildProcess process, TimeProvider time)
    {
        this.directory = directory;
        this.process = process;
        this.time = time;
        Port = port;
    }

    public int Port { get; }

    public ProcessEntry Process => process.Entry;

    public static async Task<EtcdServer> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-etcd-").FullName;
        var ports = FreePorts.Take(2);
        var (client, peer) = (Url(ports[0]), Url(ports[1]));
        var process = ChildProcess.Start(
            [
                PatroniInstallation.Etcd, "--data-dir", Path.Combine(directory, "data"),
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}",
            ],
            Path.Combine(directory, "etcd.log"),
            directory);
        var server = new EtcdServer(directory, ports[0], process, time);
        try
        {
            await server.WaitAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (ProcessTable.Send(process.Entry, Signal.Kill))
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }

        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < StartLimit)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(Look, time, cancellationToken);
            }
        }

        throw new DemoException($"etcd did not start; see {directory}");
    }

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
