using System.Collections.Concurrent;
using System.Net;
using Holdfast.Api.Contracts;
using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Peers;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Router.Tests.Routing;

/// <summary>A router on loopback, its cluster's keys in a store in memory, and members whose agents the test plays.</summary>
internal sealed class RoutedCluster : IMemberHealthSource, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, MemberHealthAnswer> answers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();
    private readonly RouterServer server;
    private readonly Task running;

    public RoutedCluster(Func<RouterClusterOptions, RouterClusterOptions>? change = null, int threads = 2, bool isInsideAgent = true)
    {
        IPEndPoint anyPort = new(IPAddress.Loopback, 0);
        var options = new RouterClusterOptions
        {
            Scope = "demo",
            ReadWrite = [anyPort],
            ReadOnly = [anyPort],
            Routing = new(),
            Breaker = new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), 0),
            SlowStart = TimeSpan.Zero,
            HoldLimit = TimeSpan.FromMinutes(1),
        };
        server = new(
            new()
            {
                Clusters = [change is null ? options : change(options)],
                Namespace = "service",
                Version = "0",
                Name = "router-1",
                IsInsideAgent = isInsideAgent,
                Threads = threads,
                CheckEvery = TimeSpan.FromMilliseconds(20),
                StopLimit = TimeSpan.Zero,
            },
            Store, this, TimeProvider.System, NullLoggerFactory.Instance);
        server.Start();
        running = server.RunAsync(stopping.Token);
    }

    public MemoryStore Store { get; } = new();

    public ClusterKeys Keys { get; } = new("service", "demo");

    public IPEndPoint Writes => server.Addresses[0];

    public IPEndPoint Reads => server.Addresses[1];

    public RoutedClusterStatus Status => server.Status().Clusters[0];

    public void Believe() => server.Believe();

    public string Metrics => server.Metrics();

    public RoutedMemberStatus Of(TestMember member) => Of(member.Name);

    public RoutedMemberStatus Of(string name) => Status.Members.Single(status => status.Name == name);

    /// <summary>The member takes the lease.</summary>
    public Term Lead(TestMember member) => Lead(member.Name);

    public Term Lead(string name) => new(Store.Put(Keys.Leader, name).Number);

    public void Report(TestMember member, string role, string more = "") => Report(member.Name, member.Address, role, more);

    public void Report(string name, IPEndPoint address, string role, string more = "") => Store.Put(
        Keys.Member(name),
        $$"""{"conn_url":"postgres://{{address}}/postgres","api_url":"{{name}}","state":"running","role":"{{role}}"{{(role == "replica" ? ",\"replication_state\":\"streaming\"" : "")}}{{more}}}""");

    /// <summary>The first member leads, the others follow; the router knows it.</summary>
    public async Task<Term> FormAsync(TestMember primary, params TestMember[] replicas)
    {
        var term = Lead(primary);
        Report(primary, "primary");
        foreach (var replica in replicas)
        {
            Report(replica, "replica");
        }

        await Until.TrueAsync(() => Status.Primary == primary.Name && replicas.All(replica => Status.Members.Any(status => status.Name == replica.Name && status.TakesReads)));
        return term;
    }

    /// <summary>What the member's REST interface says from now on.</summary>
    public void Answer(TestMember member, MemberHealthAnswer answer) => answers[member.Name] = answer;

    Task<MemberHealthAnswer?> IMemberHealthSource.AskAsync(string apiUrl, CancellationToken cancellationToken) => Task.FromResult(answers.GetValueOrDefault(apiUrl));

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(CancellationToken.None);
        await stopping.CancelAsync();
        await running;
        await server.DisposeAsync();
        stopping.Dispose();
    }
}
