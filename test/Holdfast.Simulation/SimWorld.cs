using Holdfast.Agent;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Clients;
using Holdfast.Simulation.Database;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Store;
using Holdfast.Simulation.Time;
using Holdfast.StoreLayout;

namespace Holdfast.Simulation;

/// <summary>A whole cluster, its store, its network and its clients, made of one seed.</summary>
internal sealed class SimWorld
{
    private const string Namespace = "service";
    private const string Scope = "sim";
    private int writes;

    public SimWorld(long seed, SimulationOptions options)
    {
        Random = new SimRandom(seed);
        Scheduler = new Scheduler();
        Trace = new Trace(Scheduler, options.IsTracing);
        Plan = ClusterPlan.From(Random, options);
        Keys = new ClusterKeys(Namespace, Scope);
        Network = new SimNetwork(Plan.Members.Count, Random);
        Check = new ClusterCheck(Scheduler, Keys, Trace);
        Store = new StoreServer(Scheduler, Random)
        {
            EndsSessionsEarlyBy = options.Sabotage == Sabotage.StoreEndsSessionsEarly ? TimeSpan.FromSeconds(1) : TimeSpan.Zero,
            IgnoresConditions = options.Sabotage == Sabotage.StoreIgnoresConditions,
        };
        var parts = new SimParts(Scheduler, Random, Network, Store, Check, Trace);
        Servers = [.. Plan.Members.Select((member, place) => new DatabaseServer(member.Name, place, Scheduler, Random, Network, Check, Trace) { Sabotage = options.Sabotage })];
        foreach (var server in Servers)
        {
            server.Connect(Servers);
        }

        Hosts = [.. Plan.Members.Select((member, place) => new SimHost(Servers[place], Servers, OptionsOf(member), parts, options.Sabotage))];
        foreach (var host in Hosts)
        {
            host.HostAt = url => Hosts.FirstOrDefault(other => other.ApiUrl == url);
        }

        Check.Watch(Store, Hosts);
        Store.Changed = change =>
        {
            Check.StoreChanged(change);
            foreach (var host in Hosts)
            {
                host.OnStoreChange();
            }
        };
    }

    public SimRandom Random { get; }

    public Scheduler Scheduler { get; }

    public Trace Trace { get; }

    public ClusterPlan Plan { get; }

    public ClusterKeys Keys { get; }

    public SimNetwork Network { get; }

    public StoreServer Store { get; }

    public ClusterCheck Check { get; }

    public IReadOnlyList<DatabaseServer> Servers { get; }

    public IReadOnlyList<SimHost> Hosts { get; }

    /// <summary>The agents begin one after another, and the clients with them.</summary>
    public void Begin()
    {
        foreach (var host in Hosts)
        {
            Scheduler.At(Random.Milliseconds(0, 800), new Work(null, host.StartAgent));
        }

        for (var index = 0; index < Plan.Writers; index++)
        {
            new Writer(Servers, Network, Scheduler, Random, () => ++writes).WriteLater(Random.Milliseconds(500, 2000));
        }
    }

    /// <summary>Lines between databases that the network or a thaw has changed.</summary>
    public void LookAtLines()
    {
        foreach (var server in Servers)
        {
            server.Replication.LookAtLines();
        }
    }

    private AgentOptions OptionsOf(MemberPlan member) => new()
    {
        Namespace = Namespace,
        Scope = Scope,
        Name = member.Name,
        ConnectUrl = $"postgres://{member.Name}:5432/postgres",
        ApiUrl = $"http://{member.Name}:8008/patroni",
        Version = "0.1.0",
        Tags = member.Tags,
        TagsJson = member.TagsJson,
        InitialConfiguration = Plan.Configuration,
        DecisionsKept = 5,
    };
}
