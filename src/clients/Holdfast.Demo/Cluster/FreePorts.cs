using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Holdfast.Demo.Cluster;

/// <summary>Finds ports on the loopback address that nobody listens on, each for one taker of this user's processes.</summary>
public static class FreePorts
{
    private const int Lowest = 15_000;
    private const int RangeStartDefault = 32_768;
    private const int TriesMax = 2_000;
    private const int BlockSize = 100;
    private static readonly ConcurrentQueue<int> Own = new();
    private static readonly List<FileStream> Claims = [];

    public static IReadOnlyList<int> Take(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            if (!Own.TryDequeue(out var port))
            {
                ClaimBlock();
            }
            else if (IsFree(port))
            {
                ports.Add(port);
            }
        }

        return ports;
    }

    /// <summary>
    /// Takes a block of ports that no other process has. A port is free until its server listens, so to look is not enough; the lock on the
    /// block's file ends with the process.
    /// </summary>
    private static void ClaimBlock()
    {
        lock (Claims)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"holdfast-ports-{Environment.UserName}")).FullName;
            for (var tries = 0; tries < TriesMax && Own.IsEmpty; tries++)
            {
                // Below the range that outgoing connections take theirs from: a server that restarts must find its port free.
                var first = Lowest + (BlockSize * RandomNumberGenerator.GetInt32((OutgoingRangeStart() - Lowest) / BlockSize));
                if (TryClaim(Path.Combine(folder, first.ToString(CultureInfo.InvariantCulture))))
                {
                    foreach (var port in Enumerable.Range(first, BlockSize))
                    {
                        Own.Enqueue(port);
                    }
                }
            }

            if (Own.IsEmpty)
            {
                throw new DemoException($"no free ports were found on 127.0.0.1: every block of them is taken by another process, as {folder} says");
            }
        }
    }

    private static bool TryClaim(string path)
    {
        try
        {
            Claims.Add(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
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
