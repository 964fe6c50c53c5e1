using Holdfast.Router.Loops;

namespace Holdfast.Router.Clusters;

/// <summary>One cluster's part on one loop: the connections there, and those that wait for a change.</summary>
internal sealed class LoopCluster
{
    private const int IdleMax = 64;
    private readonly Loop loop;
    private readonly ClusterRouter cluster;
    private readonly HashSet<IRoutedConnection> connections = [];
    private readonly HashSet<Waiting> waiting = [];
    private readonly List<Waiting> woken = [];
    private readonly Stack<Waiting> idle = new();

    private uint turn;

    public LoopCluster(Loop loop, ClusterRouter cluster)
    {
        this.loop = loop;
        this.cluster = cluster;
        turn = (uint)loop.Number;
        Connector = new(this);
    }

    public Loop Loop => loop;

    public Connector Connector { get; }

    public ClusterRouter Cluster => cluster;

    public Traffic Traffic { get; } = new();

    public RouteTable Table => cluster.Table;

    public RouterClusterOptions Options => cluster.Options;

    /// <summary>Grows by one a call: whose turn it is.</summary>
    public uint NextTurn() => turn++;

    public void Add(IRoutedConnection connection)
    {
        connections.Add(connection);
        cluster.CountConnection(1);
        loop.AddLoad(1);
    }

    public void Remove(IRoutedConnection connection)
    {
        if (connections.Remove(connection))
        {
            cluster.CountConnection(-1);
            loop.AddLoad(-1);
        }
    }

    /// <summary>A wait that is disposed of by whoever waits, and then serves the next one.</summary>
    public Waiting Wait()
    {
        var one = idle.TryPop(out var kept) ? kept : new Waiting(this);
        waiting.Add(one);
        return one;
    }

    public void Return(Waiting one)
    {
        waiting.Remove(one);
        if (idle.Count < IdleMax)
        {
            idle.Push(one);
        }
    }

    public void OnTableChanged()
    {
        var table = Table;
        foreach (var connection in connections.ToArray())
        {
            connection.OnTable(table);
        }

        // Whoever goes on may end its wait, or begin another.
        woken.AddRange(waiting);
        foreach (var one in woken)
        {
            one.Wake();
        }

        woken.Clear();
    }

    /// <summary>The router ends: whoever can be ended without harm is, and the rest once the limit has passed.</summary>
    public void Drain(bool isOver)
    {
        foreach (var connection in connections.ToArray())
        {
            connection.Drain(isOver);
        }
    }
}

/// <summary>A client's connection, as its loop's cluster commands it.</summary>
internal interface IRoutedConnection
{
    /// <summary>There is a new table: end if it says so.</summary>
    void OnTable(RouteTable table);

    /// <summary>The router ends.</summary>
    /// <param name="isOver">There is no time left.</param>
    void Drain(bool isOver);
}
