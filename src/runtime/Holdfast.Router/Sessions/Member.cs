using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions;

/// <summary>A session's end at a member.</summary>
internal sealed class Member : IDisposable
{
    private readonly LoopCluster part;
    private bool isGone;

    public Member(LoopCluster part, MemberConnection connection)
    {
        this.part = part;
        Connection = connection;
        Wire = new(connection.Socket);
        Address = SocketTuning.PeerOf(connection.Socket.Descriptor);
        connection.Target.Entered();
        if (connection.IsPrimary)
        {
            part.Cluster.Attached(1);
        }
    }

    public MemberConnection Connection { get; }

    public Wire Wire { get; }

    public System.Net.IPEndPoint? Address { get; }

    /// <summary>What cancels its statements; null when it has given no key.</summary>
    public StartupPacket.Cancel? CancelRequest { get; set; }

    public void Dispose()
    {
        if (isGone)
        {
            return;
        }

        isGone = true;
        Wire.Dispose();
        Connection.Target.Left();
        if (Connection.IsPrimary)
        {
            part.Cluster.Attached(-1);
        }
    }
}
