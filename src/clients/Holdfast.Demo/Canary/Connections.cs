using System.Data.Common;
using System.Net.Sockets;

namespace Holdfast.Demo.Canary;

/// <summary>Tells a connection that was lost, refused or too slow from a mistake of ours.</summary>
internal static class Connections
{
    public static bool IsLoss(Exception exception, CancellationToken stopping) =>
        exception is DbException or SocketException or IOException or TimeoutException or ObjectDisposedException
        || (exception is OperationCanceledException && !stopping.IsCancellationRequested);
}
