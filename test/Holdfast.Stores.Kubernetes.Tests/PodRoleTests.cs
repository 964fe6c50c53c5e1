using System.Text.Json.Nodes;
using Holdfast.Conformance;
using Holdfast.KubernetesApi;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>What a Service can select a primary by.</summary>
public sealed class PodRoleTests
{
    private const string Leader = "/service/shop/leader";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pod_shows_whether_its_member_leads()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var (watcher, watching) = await WatchAsync(cluster, null);
        await using var store = watcher;
        await using var watch = watching;

        await LeadAsync(cluster, watch, "b");
        await LabelBecomesAsync(cluster, "replica");
        await LeadAsync(cluster, watch, "a");
        await LabelBecomesAsync(cluster, "primary");
        await LeadAsync(cluster, watch, "b");
        await LabelBecomesAsync(cluster, "replica");
    }

    [Fact]
    public async Task A_pod_that_may_not_be_labelled_delays_nothing_and_is_labelled_when_it_may()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        cluster.Server.Faults.Forbids.Add("patch pods");
        var (watcher, watching) = await WatchAsync(cluster, null);
        await using var store = watcher;
        await using var watch = watching;

        await LeadAsync(cluster, watch, "a");
        await LeadAsync(cluster, watch, "b");
        await LeadAsync(cluster, watch, "a");
        cluster.Server.Faults.Heal();

        await LabelBecomesAsync(cluster, "primary");
    }

    [Fact]
    public async Task The_leader_points_the_endpoints_at_its_pod_but_never_back_from_a_later_leader()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var (watcher, watching) = await WatchAsync(cluster, new PodEndpoint("10.0.0.7", [new PodPort("postgresql", 5432, "TCP")]));
        await using var store = watcher;
        await using var watch = watching;

        await LeadAsync(cluster, watch, "a");
        await Until(() => Address(cluster) == "10.0.0.7");
        cluster.Server.Delete(ApiResource.Endpoints, "shop");
        cluster.Server.Create(ApiResource.Endpoints, (JsonObject)JsonNode.Parse(
            """{"metadata": {"name": "shop", "annotations": {"holdfast/term": "999999"}}, "subsets": [{"addresses": [{"ip": "10.0.0.8"}], "ports": [{"port": 5432}]}]}""")!);
        await LeadAsync(cluster, watch, "b");
        await LeadAsync(cluster, watch, "a");
        await LabelBecomesAsync(cluster, "primary");
        await Until(() => cluster.Server.Told.Any(line => line == "get endpoints 200"));

        Assert.Equal("10.0.0.8", Address(cluster));
    }

    private static async Task<(KubernetesStore Store, IAsyncEnumerator<StoreChange> Watch)> WatchAsync(KubernetesCluster cluster, PodEndpoint? endpoint)
    {
        cluster.Server.Create(ApiResource.Pods, new() { ["metadata"] = new JsonObject { ["name"] = "shop-0" } });
        var store = cluster.Open(options => options with { Pod = new OwnPod { Name = "shop-0", Member = "a", LeaderKey = Leader, Endpoint = endpoint } });
        var start = (await store.ReadAsync("/", Stop)).Revision;
        return (store, store.WatchAsync("/", start, Stop).GetAsyncEnumerator(Stop));
    }

    private static async Task LeadAsync(KubernetesCluster cluster, IAsyncEnumerator<StoreChange> watch, string member)
    {
        await cluster.Endpoints[0].PutAsync(Leader, member, Stop);
        do
        {
            Assert.True(await watch.MoveNextAsync());
        }
        while (watch.Current.Written.Single().Value != member);
    }

    private static Task LabelBecomesAsync(KubernetesCluster cluster, string role) =>
        Until(() => cluster.Server.Find(ApiResource.Pods, "shop-0")?["metadata"]?["labels"]?["role"]?.GetValue<string>() == role);

    private static string? Address(KubernetesCluster cluster) =>
        cluster.Server.Find(ApiResource.Endpoints, "shop")?["subsets"]?[0]?["addresses"]?[0]?["ip"]?.GetValue<string>();

    private static async Task Until(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Stop);
        }
    }
}
