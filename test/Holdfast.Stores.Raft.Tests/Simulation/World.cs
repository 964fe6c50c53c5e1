using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>A whole cluster, its network, disks, clients and faults, all from one seed and on one thread.</summary>
internal sealed class World
{
    private readonly PriorityQueue<Action, (TimeSpan Time, long Order)> events = new();
    private readonly string[] first;
    private long order;

    public World(int seed, int voters)
    {
        Random = new Random(seed);
        Network = new SimulatedNetwork(this);
        Check = new SafetyCheck(this);
        Clients = new SimulatedClients(this);
        var names = Enumerable.Range(1, voters + 2).Select(i => $"n{i}:1").ToArray();
        first = names[..voters];
        foreach (var name in names)
        {
            Nodes[name] = new SimulatedNode(this, name, new SimulatedDisk(FirstSnapshot(first.Contains(name))));
            Nodes[name].Start();
        }
    }

    public Random Random { get; }

    public TimeSpan Now { get; private set; }

    public SortedDictionary<string, SimulatedNode> Nodes { get; } = new(StringComparer.Ordinal);

    public SimulatedNetwork Network { get; }

    /// <summary>Who leads, by its own belief; of several the newest.</summary>
    public SimulatedNode Leader => Nodes.Values.Where(node => node.IsUp && node.Core.Role == RaftRole.Leader).MaxBy(node => node.Core.Term)
        ?? throw new InvalidOperationException("nobody leads");

    public SafetyCheck Check { get; }

    public SimulatedClients Clients { get; }

    public int SnapshotEvery => 20;

    /// <summary>The mutation that must be noticed.</summary>
    public bool AcknowledgesBeforeSync { get; init; }

    public RaftSettings SettingsOf(string name) => new()
    {
        Self = name,
        SnapshotPatience = TimeSpan.FromSeconds(2),
        AppendsInFlightMax = 4,
        AppendBytesMax = 300,
        PromotionLagMax = 5,
    };

    public TimeSpan DiskDelay() => TimeSpan.FromMilliseconds(Random.NextDouble() < 0.05 ? Random.Next(300) : Random.NextDouble() * 3);

    public void After(TimeSpan delay, Action action) => events.Enqueue(action, (Now + delay, order++));

    public void Run(TimeSpan troubled, TimeSpan calm)
    {
        var faults = new Faults(this);
        Every(TimeSpan.FromMilliseconds(5), () => Each(node => node.TickIfDue()));
        Every(TimeSpan.FromMilliseconds(20), Clients.Act);
        Every(TimeSpan.FromMilliseconds(250), () =>
        {
            if (Now < troubled)
            {
                faults.Strike();
            }
        });
        RunUntil(troubled);
        faults.Cease();
        RunUntil(troubled + calm);
        Check.Logs();
        RequireRecovery();
    }

    /// <summary>Clients alone, and only what <paramref name="meanwhile"/> does once somebody leads.</summary>
    public void RunUndisturbed(TimeSpan before, Action meanwhile, TimeSpan after)
    {
        Network.Stragglers = 0;
        Every(TimeSpan.FromMilliseconds(5), () => Each(node => node.TickIfDue()));
        Every(TimeSpan.FromMilliseconds(20), Clients.Act);
        RunUntil(before);
        meanwhile();
        RunUntil(Now + after);
    }

    public void Each(Action<SimulatedNode> act)
    {
        foreach (var node in Nodes.Values.Where(node => node.IsUp))
        {
            act(node);
        }
    }

    private void RunUntil(TimeSpan end)
    {
        while (events.TryPeek(out _, out var next) && next.Time <= end)
        {
            events.TryDequeue(out var action, out _);
            Now = next.Time;
            action!();
        }

        Now = end;
    }

    private void Every(TimeSpan pause, Action act) => After(pause, () =>
    {
        act();
        Every(pause, act);
    });

    /// <summary>Liveness: once the faults stop, somebody leads, writes succeed, and all members have the same state.</summary>
    private void RequireRecovery()
    {
        var leader = Nodes.Values.Where(node => node.Core.Role == RaftRole.Leader).MaxBy(node => node.Core.Term);
        SafetyCheck.Require(leader is not null, "nobody leads after the faults have stopped");
        var written = Clients.Writes;
        RunUntil(Now + TimeSpan.FromSeconds(2));
        SafetyCheck.Require(Clients.Writes > written, "no write succeeds after the faults have stopped");
        var states = Nodes.Values
            .Where(node => leader!.Core.Configuration.IsVoter(node.Name))
            .Select(node => (node.Name, node.Applied, State: Convert.ToHexString(node.State.Save())))
            .GroupBy(node => node.Applied);
        foreach (var same in states)
        {
            SafetyCheck.Require(same.Select(node => node.State).Distinct().Count() == 1, $"different states after entry {same.Key}");
        }

        var lag = Nodes.Values.Where(node => leader!.Core.Configuration.IsVoter(node.Name)).Min(node => node.Applied);
        SafetyCheck.Require(Check.Committed - lag < 200, $"a voter is at {lag} of {Check.Committed} after the faults have stopped");
    }

    private Snapshot FirstSnapshot(bool isMember) => new(
        LogPoint.Zero,
        isMember ? new Configuration([.. first], []) : Configuration.Empty,
        new StoreState(new ChangeHistory(1, 1)).Save());
}
