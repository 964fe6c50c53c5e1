using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Accepting;

/// <summary>Whom a connection is from, and where it was made to.</summary>
internal readonly record struct ConnectionSource(IPEndPoint Source, IPEndPoint Destination);

/// <summary>The PROXY protocol: version 2 both ways, version 1 read as well (HAProxy's proxy-protocol.txt).</summary>
internal static class ProxyHeaders
{
    /// <summary>A header of version 2 may say 64 KB; what nobody needs so much for is refused.</summary>
    private const int HeaderBytesMax = 536;

    /// <summary>Null when a header was due and none, or a broken one, came in time. Empty when nobody wants to know.</summary>
    public static async Task<ConnectionSource?> ReadAsync(LoopSocket client, LoopCluster part)
    {
        if (part.Options is { ProxyTrusted.IsEmpty: true, SendsProxy: false })
        {
            return default(ConnectionSource);
        }

        if (SocketTuning.PeerOf(client.Descriptor) is not { } peer || SocketTuning.OwnOf(client.Descriptor) is not { } own)
        {
            return null;
        }

        var direct = new ConnectionSource(peer, own);
        if (!part.Options.ProxyTrusted.Any(network => network.Contains(peer.Address)))
        {
            return direct;
        }

        using var wait = part.Wait();
        wait.Watch(client);
        for (var until = part.Cluster.Now + part.Options.StartupLimit; ;)
        {
            switch (Look(client, direct, out var source))
            {
                case ProxyHeaderState.Whole:
                    return source;
                case ProxyHeaderState.Broken:
                    return null;
            }

            var left = until - part.Cluster.Now;
            if (left <= TimeSpan.Zero || client.IsHungUp)
            {
                return null;
            }

            await wait.NextAsync(left);
        }
    }

    public static async Task<bool> SendAsync(LoopSocket member, ConnectionSource source)
    {
        var bytes = ProxyHeader.Write(source);
        for (var offset = 0; offset < bytes.Length;)
        {
            var sent = Send(member, bytes.AsSpan(offset));
            if (sent.Kind == TransferKind.WouldBlock)
            {
                await member.Writable;
                continue;
            }

            if (sent.Kind != TransferKind.Moved)
            {
                return false;
            }

            offset += sent.Bytes;
        }

        return true;
    }

    private static unsafe ProxyHeaderState Look(LoopSocket client, ConnectionSource direct, out ConnectionSource source)
    {
        source = direct;
        var bytes = stackalloc byte[HeaderBytesMax];
        var seen = client.Peek(bytes, HeaderBytesMax);
        if (seen.Kind != TransferKind.Moved)
        {
            return seen.Kind == TransferKind.WouldBlock ? ProxyHeaderState.Partial : ProxyHeaderState.Broken;
        }

        var state = ProxyHeader.Read(new ReadOnlySpan<byte>(bytes, seen.Bytes), direct, out source, out var length);
        if (state == ProxyHeaderState.Whole)
        {
            _ = client.Receive(bytes, length);
        }

        return state == ProxyHeaderState.Partial && seen.Bytes == HeaderBytesMax ? ProxyHeaderState.Broken : state;
    }

    private static unsafe Transfer Send(LoopSocket member, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return member.Send(start, bytes.Length);
        }
    }
}

internal enum ProxyHeaderState
{
    Partial,
    Whole,
    Broken,
}

/// <summary>The bytes of a PROXY header.</summary>
internal static class ProxyHeader
{
    private const int FixedBytes = 16;
    private const int LineBytesMax = 107;
    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <param name="bytes">What has come so far.</param>
    /// <param name="direct">Whom the connection itself is from: what a header without addresses (LOCAL, UNKNOWN) leaves in place.</param>
    /// <param name="source">What the header says.</param>
    /// <param name="length">The header's own bytes, when it is whole.</param>
    public static ProxyHeaderState Read(ReadOnlySpan<byte> bytes, ConnectionSource direct, out ConnectionSource source, out int length)
    {
        source = direct;
        length = 0;
        var common = Math.Min(bytes.Length, Signature.Length);
        if (bytes[..common].SequenceEqual(Signature[..common]))
        {
            return bytes.Length < FixedBytes ? ProxyHeaderState.Partial : ReadBinary(bytes, direct, out source, out length);
        }

        common = Math.Min(bytes.Length, 6);
        return bytes[..common].SequenceEqual("PROXY "u8[..common]) ? ReadLine(bytes, direct, out source, out length) : ProxyHeaderState.Broken;
    }

    public static byte[] Write(ConnectionSource connection)
    {
        var source = connection.Source.Address.IsIPv4MappedToIPv6 ? connection.Source.Address.MapToIPv4() : connection.Source.Address;
        var destination = connection.Destination.Address.IsIPv4MappedToIPv6 ? connection.Destination.Address.MapToIPv4() : connection.Destination.Address;
        var isOld = source.AddressFamily == AddressFamily.InterNetwork && destination.AddressFamily == AddressFamily.InterNetwork;
        byte[] addresses = isOld
            ? [.. source.GetAddressBytes(), .. destination.GetAddressBytes()]
            : [.. source.MapToIPv6().GetAddressBytes(), .. destination.MapToIPv6().GetAddressBytes()];
        byte[] ports = [.. BigEndian(connection.Source.Port), .. BigEndian(connection.Destination.Port)];
        return [.. Signature, 0x21, (byte)(isOld ? 0x11 : 0x21), .. BigEndian(addresses.Length + ports.Length), .. addresses, .. ports];
    }

    private static byte[] BigEndian(int number) => [(byte)(number >> 8), (byte)number];

    private static ProxyHeaderState ReadBinary(ReadOnlySpan<byte> bytes, ConnectionSource direct, out ConnectionSource source, out int length)
    {
        source = direct;
        length = FixedBytes + ((bytes[14] << 8) | bytes[15]);
        if (bytes[12] is not (0x20 or 0x21))
        {
            return ProxyHeaderState.Broken;
        }

        if (bytes.Length < length)
        {
            return ProxyHeaderState.Partial;
        }

        var addressBytes = bytes[13] switch { 0x11 => 4, 0x21 => 16, _ => 0 };
        if (bytes[12] == 0x20 || addressBytes == 0)
        {
            return ProxyHeaderState.Whole;
        }

        var body = bytes[FixedBytes..length];
        if (body.Length < (2 * addressBytes) + 4)
        {
            return ProxyHeaderState.Broken;
        }

        source = new(
            new(new IPAddress(body[..addressBytes]), (body[2 * addressBytes] << 8) | body[(2 * addressBytes) + 1]),
            new(new IPAddress(body[addressBytes..(2 * addressBytes)]), (body[(2 * addressBytes) + 2] << 8) | body[(2 * addressBytes) + 3]));
        return ProxyHeaderState.Whole;
    }

    private static ProxyHeaderState ReadLine(ReadOnlySpan<byte> bytes, ConnectionSource direct, out ConnectionSource source, out int length)
    {
        source = direct;
        var end = bytes[..Math.Min(bytes.Length, LineBytesMax)].IndexOf("\r\n"u8);
        length = end + 2;
        if (end < 0)
        {
            return bytes.Length >= LineBytesMax ? ProxyHeaderState.Broken : ProxyHeaderState.Partial;
        }

        var words = Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (words is [_, "UNKNOWN", ..])
        {
            return ProxyHeaderState.Whole;
        }

        if (words is [_, "TCP4" or "TCP6", var from, var to, var fromPort, var toPort]
            && IPAddress.TryParse(from, out var sourceAddress) && IPAddress.TryParse(to, out var destinationAddress)
            && ushort.TryParse(fromPort, out var sourcePort) && ushort.TryParse(toPort, out var destinationPort))
        {
            source = new(new(sourceAddress, sourcePort), new(destinationAddress, destinationPort));
            return ProxyHeaderState.Whole;
        }

        return ProxyHeaderState.Broken;
    }
}
