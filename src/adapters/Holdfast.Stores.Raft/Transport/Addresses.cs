using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>host:port, [v6]:port.</summary>
internal static class Addresses
{
    public static (string Host, int Port) Split(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            throw new ArgumentException($"\"{address}\" is not host:port");
        }

        return (address[..colon].Trim('[', ']'), port);
    }

    public static IPEndPoint ToListen(string address)
    {
        var (host, port) = Split(address);
        if (IPAddress.TryParse(host, out var literal))
        {
            return new IPEndPoint(literal, port);
        }

        var resolved = Dns.GetHostAddresses(host);
        return new IPEndPoint(resolved.FirstOrDefault(known => known.AddressFamily == AddressFamily.InterNetwork) ?? resolved[0], port);
    }
}
