using Holdfast.Router.Accepting;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Relay;

/// <summary>
/// A client's connection in mode tcp: its bytes go to a member as they are, and back. Once it is connected only the two pumps are
/// left of its tasks, so that an idle connection costs little.
/// </summary>
internal sealed class RelayedConnection : IRoutedConnection, IPumpOwner
{
    /// <summary>One side has ended and the other says nothing: after so long it is not there any more.</summary>
    private static readonly TimeSpan HalfClosedLimit = TimeSpan.FromMinutes(1);

    private readonly LoopCluster part;
    private readonly LoopSocket client;
    private MemberConnection? member;
    private LoopTimer? limit;
    private int ended;
    private bool expectsFirstByte;

    private RelayedConnection(LoopCluster part, LoopSocket client)
    {
        this.part = part;
        this.client = client;
    }

    public static async Task ServeAsync(LoopCluster part, PortRole role, LoopSocket client)
    {
        var connection = new RelayedConnection(part, client);
        part.Add(connection);
        var isRelayed = false;
        try
        {
            isRelayed = await connection.ConnectAsync(role);
        }
        finally
        {
            if (!isRelayed)
            {
                client.Reset();
                connection.Close();
            }
        }
    }

    public void OnTable(RouteTable table)
    {
        if (member is { IsPrimary: true } && table.Plan.MustCut(member.Target.Name, member.Term))
        {
            part.Traffic.Cut++;
            Abandon();
        }
    }

    public void Drain(bool isOver)
    {
        if (isOver || member is null)
        {
            Abandon();
        }
    }

    void IPumpOwner.OnFirstByte(LoopSocket from)
    {
        if (expectsFirstByte && from != client)
        {
            expectsFirstByte = false;
            part.Cluster.NoteFirstByte(member!.Target);
        }
    }

    void IPumpOwner.OnEnd()
    {
        if (++ended == 2)
        {
            Close();
            return;
        }

        limit?.Cancel();
        limit = new(Abandon);
        limit.Arm(part.Loop, HalfClosedLimit);
    }

    /// <summary>True once bytes go both ways.</summary>
    private async Task<bool> ConnectAsync(PortRole role)
    {
        var source = await ProxyHeaders.ReadAsync(client, part);
        member = source is null ? null : await part.Connector.ConnectAsync(role, client, part.Options.HoldLimit);
        if (member is null)
        {
            part.Traffic.Refused += client.IsHungUp ? 0 : 1;
            return false;
        }

        member.Target.Entered();
        OnTable(part.Table);
        if (part.Options.SendsProxy && !await ProxyHeaders.SendAsync(member.Socket, source!.Value))
        {
            return false;
        }

        expectsFirstByte = member.IsPrimary;
        WatchIdle();
        new Pump(client, member.Socket, part.Traffic.ToMembers, this).Begin();
        new Pump(member.Socket, client, part.Traffic.ToClients, this).Begin();
        return true;
    }

    private void Close()
    {
        limit?.Cancel();
        part.Remove(this);
        member?.Target.Left();
        member?.Socket.Dispose();
        client.Dispose();
    }

    private void Abandon()
    {
        member?.Socket.Reset();
        client.Reset();
    }

    private void WatchIdle()
    {
        if (part.Options.IdleLimit is { } idle)
        {
            limit = new(() => CheckIdle(idle));
            limit.Arm(part.Loop, idle);
        }
    }

    private void CheckIdle(TimeSpan idle)
    {
        var since = TimeSpan.FromMilliseconds(part.Loop.NowMs - Math.Max(client.ActiveMs, member!.Socket.ActiveMs));
        if (since >= idle)
        {
            Abandon();
        }
        else
        {
            limit!.Arm(part.Loop, idle - since);
        }
    }
}
