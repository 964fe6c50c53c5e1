using System.Net;

namespace Holdfast.Router.Loops;

/// <summary>
/// What every connection is set to: no delay, and a peer that vanished is found by keep-alive within about
/// half a minute while idle, and by unacknowledged data within as much (tcp(7), TCP_USER_TIMEOUT).
/// </summary>
internal static unsafe class SocketTuning
{
    private const int KeepIdleSeconds = 15;
    private const int KeepIntervalSeconds = 5;
    private const int KeepCount = 3;
    private const int UserTimeoutMs = 30_000;

    public static void Apply(int descriptor)
    {
        Set(descriptor, Linux.TcpLevel, Linux.TcpNoDelay, 1);
        Set(descriptor, Linux.SocketLevel, Linux.KeepAlive, 1);
        Set(descriptor, Linux.TcpLevel, Linux.TcpKeepIdle, KeepIdleSeconds);
        Set(descriptor, Linux.TcpLevel, Linux.TcpKeepInterval, KeepIntervalSeconds);
        Set(descriptor, Linux.TcpLevel, Linux.TcpKeepCount, KeepCount);
        Set(descriptor, Linux.TcpLevel, Linux.TcpUserTimeout, UserTimeoutMs);
    }

    /// <summary>The other end of a connection; null when it is gone already.</summary>
    public static IPEndPoint? PeerOf(int descriptor) => NameOf(descriptor, isPeer: true);

    public static IPEndPoint? OwnOf(int descriptor) => NameOf(descriptor, isPeer: false);

    private static IPEndPoint? NameOf(int descriptor, bool isPeer)
    {
        const int Largest = 28; // sockaddr_in6
        var bytes = stackalloc byte[Largest];
        var length = Largest;
        var result = isPeer ? Linux.PeerName(descriptor, bytes, &length) : Linux.OwnName(descriptor, bytes, &length);
        if (result != 0)
        {
            return null;
        }

        var port = (bytes[2] << 8) | bytes[3];
        var address = *(ushort*)bytes == Linux.FamilyIPv4 ? new IPAddress(new ReadOnlySpan<byte>(bytes + 4, 4)) : new IPAddress(new ReadOnlySpan<byte>(bytes + 8, 16));
        return new(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }

    private static void Set(int descriptor, int level, int name, int value) =>
        _ = Linux.SetOption(descriptor, level, name, (byte*)&value, sizeof(int));
}
