using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.StoreServers;

/// <summary>A DNS server (dnsmasq) on the loopback address that knows what it is told and nothing else.</summary>
public sealed class NameServer : IDisposable
{
    public const string Program = "/usr/sbin/dnsmasq";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-dns-").FullName;
    private readonly TimeProvider time;
    private ChildProcess? process;

    /// <summary>It does not run yet.</summary>
    public NameServer(TimeProvider time)
    {
        this.time = time;
        Address = new(IPAddress.Loopback, FreePorts.Take(1)[0]);
    }

    public IPEndPoint Address { get; }

    /// <summary>One record of a service, as an argument of dnsmasq.</summary>
    public static string Service(string name, string host, int port, int priority, int weight) =>
        string.Create(CultureInfo.InvariantCulture, $"--srv-host={name},{host},{port},{priority},{weight}");

    public static string Host(string name, string address) => $"--host-record={name},{address}";

    /// <summary>Runs with these records in place of those it had.</summary>
    public async Task ServeAsync(IEnumerable<string> records, CancellationToken cancellationToken)
    {
        Stop();
        process = ChildProcess.Start(
            [
                Program, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--local=/test/", "--bind-interfaces",
                "--listen-address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--port={Address.Port}"), .. records,
            ],
            Path.Combine(directory, "dnsmasq.log"),
            directory);
        var began = time.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
        {
            if (!process.IsAlive || time.GetElapsedTime(began) > StartLimit)
            {
                throw new DemoException($"dnsmasq did not start: {await File.ReadAllTextAsync(Path.Combine(directory, "dnsmasq.log"), cancellationToken)}");
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    public void Stop()
    {
        if (process is { } running)
        {
            ProcessTable.Send(running.Entry, Signal.Kill);
            SpinWait.SpinUntil(() => !running.IsAlive, StartLimit);
        }

        process?.Dispose();
        process = null;
    }

    public void Dispose()
    {
        Stop();
        process?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Address, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
