using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Holdfast.Demo.Cluster;

/// <summary>Finds ports on the loopback address that nobody listens on, each for one taker of this process.</summary>
public static class FreePorts
{
    private const int Lowest = 15_000;
    private const int RangeStartDefault = 32_768;
    private const int TriesMax = 2_000;
    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    public static IReadOnlyList<int> Take(int count)
    {
        var ports = new HashSet<int>();
        for (var tries = 0; ports.Count < count; tries++)
        {
            if (tries > TriesMax)
            {
                throw new DemoException("no free ports were found on 127.0.0.1");
            }

            // Below the range that outgoing connections take theirs from: a server that restarts must find its port free.
            var port = RandomNumberGenerator.GetInt32(Lowest, OutgoingRangeStart());
            if (IsFree(port) && Taken.TryAdd(port, true))
            {
                ports.Add(port);
            }
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int OutgoingRangeStart()
    {
        const string setting = "/proc/sys/net/ipv4/ip_local_port_range";
        var start = File.Exists(setting)
            ? int.Parse(File.ReadAllText(setting).Split('\t', ' ')[0], CultureInfo.InvariantCulture)
            : RangeStartDefault;
        return start > Lowest + TriesMax ? start : RangeStartDefault;
    }
}
