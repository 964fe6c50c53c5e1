using Holdfast.Router.Accepting;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Relay;

/// <summary>A client's connection in mode tcp: its bytes go to a member as they are, and back.</summary>
internal sealed class RelayedConnection : IRoutedConnection
{
    /// <summary>One side has ended and the other says nothing: after so long it is not there any more.</summary>
    private static readonly TimeSpan HalfClosedLimit = TimeSpan.FromMinutes(1);

    private readonly LoopCluster part;
    private readonly PortRole role;
    private readonly LoopSocket client;
    private MemberConnection? member;
    private LoopTimer? idle;
    private LoopTimer? closing;

    private RelayedConnection(LoopCluster part, PortRole role, LoopSocket client)
    {
        this.part = part;
        this.role = role;
        this.client = client;
    }

    public static async Task ServeAsync(LoopCluster part, PortRole role, LoopSocket client)
    {
        var connection = new RelayedConnection(part, role, client);
        part.Add(connection);
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            connection.idle?.Cancel();
            connection.closing?.Cancel();
            part.Remove(connection);
            connection.member?.Target.Left();
            connection.member?.Socket.Dispose();
            client.Dispose();
        }
    }

    public void OnTable(RouteTable table)
    {
        if (member is { IsPrimary: true } && table.Plan.MustCut(member.Target.Name, member.Term))
        {
            part.Traffic.Cut++;
            member.Socket.Reset();
            client.Reset();
        }
    }

    public void Drain(bool isOver)
    {
        if (isOver || member is null)
        {
            member?.Socket.Reset();
            client.Reset();
        }
    }

    private async Task RunAsync()
    {
        var source = await ProxyHeaders.ReadAsync(client, part);
        if (source is null)
        {
            part.Traffic.Refused++;
            client.Reset();
            return;
        }

        member = await part.Connector.ConnectAsync(role, client, part.Options.HoldLimit);
        if (member is null)
        {
            part.Traffic.Refused += client.IsHungUp ? 0 : 1;
            client.Reset();
            return;
        }

        member.Target.Entered();
        OnTable(part.Table);
        if (part.Options.SendsProxy && !await ProxyHeaders.SendAsync(member.Socket, source.Value))
        {
            client.Reset();
            return;
        }

        await RelayAsync(member);
    }

    private async Task RelayAsync(MemberConnection connected)
    {
        closing = new(() => Abandon(connected.Socket));
        var up = new Pump(client, connected.Socket, part.Traffic.ToMembers, ExpectEnd);
        var down = new Pump(connected.Socket, client, part.Traffic.ToClients, ExpectEnd);
        if (connected.IsPrimary)
        {
            down.OnFirst = () => part.Cluster.NoteFirstByte(connected.Target);
        }

        WatchIdle(connected.Socket);
        var upwards = up.RunAsync();
        await down.RunAsync();
        await upwards;
    }

    private void ExpectEnd() => closing!.Arm(part.Loop, HalfClosedLimit);

    private void Abandon(LoopSocket server)
    {
        server.Reset();
        client.Reset();
    }

    private void WatchIdle(LoopSocket server)
    {
        if (part.Options.IdleLimit is not { } limit)
        {
            return;
        }

        idle = new(() =>
        {
            var since = TimeSpan.FromMilliseconds(part.Loop.NowMs - Math.Max(client.ActiveMs, server.ActiveMs));
            if (since >= limit)
            {
                Abandon(server);
            }
            else
            {
                idle!.Arm(part.Loop, limit - since);
            }
        });
        idle.Arm(part.Loop, limit);
    }
}
