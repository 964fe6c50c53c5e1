using System.Text.Json.Nodes;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class ClustersTests
{
    private const string Path = "/holdfast/v1/clusters";

    [Fact]
    public async Task Every_cluster_of_the_namespace_is_judged_by_what_the_store_holds_of_it()
    {
        var store = new ScriptedNamespace();
        store.Add("bank", hasLeader: true);
        store.Add("shop", hasLeader: false);
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), store);

        var list = await ReadAsync(api);

        Assert.Equal("service", (string?)list["namespace"]);
        var (bank, own, shop) = (list["clusters"]![0]!, list["clusters"]![1]!, list["clusters"]![2]!);
        Assert.Equal(("bank", "well", "x leads. y follows."), ((string?)bank["scope"], (string?)bank["verdict"]!["level"], (string?)bank["verdict"]!["sentence"]));
        Assert.Equal(("postgresql", "x", 2, 1000), ((string?)bank["engine"], (string?)bank["leader"], (int)bank["members"]!, (int)bank["worst_lag_bytes"]!));
        Assert.Equal("http://10.0.0.1:8008/dashboard/", (string?)bank["dashboard"]);
        Assert.Equal(("demo", "a leads. b and c follow."), ((string?)own["scope"], (string?)own["verdict"]!["sentence"]));
        Assert.Equal(("shop", "trouble", "x is lost and nobody leads: writes are refused until a member takes over."), ((string?)shop["scope"], (string?)shop["verdict"]!["level"], (string?)shop["verdict"]!["sentence"]));
        Assert.Equal("x", (string?)shop["lost"]![0]);
    }

    [Fact]
    public async Task Nothing_but_the_summary_is_passed_on()
    {
        var store = new ScriptedNamespace();
        store.Add("shop", hasLeader: false);
        store.Keys["/service/shop/config"] = """{"postgresql":{"parameters":{"archive_command":"copy --password=word"}}}""";
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), store);

        var (_, body) = await api.AskAsync("GET", Path);

        Assert.DoesNotContain("word", body, StringComparison.Ordinal);
        Assert.Contains("http://10.0.0.2:8008/dashboard/", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_asks_and_the_store_is_not_read_and_many_who_ask_at_once_are_one_reading()
    {
        var gate = new TaskCompletionSource();
        var store = new ScriptedNamespace { Gate = gate.Task };
        store.Add("shop", hasLeader: true);
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), store);
        await ReadAsync(api, "/holdfast/v1/status");
        Assert.Equal(0, store.Reads);

        var asked = Enumerable.Range(0, 20).Select(_ => ReadAsync(api)).ToList();
        gate.SetResult();
        await Task.WhenAll(asked);

        Assert.Equal(1, store.Reads);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var store = new ScriptedNamespace();
        store.Add("shop", hasLeader: true);
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), store);
        using var first = await api.Client.GetAsync(new Uri(Path, UriKind.Relative), TestContext.Current.CancellationToken);
        using var again = new HttpRequestMessage(HttpMethod.Get, Path);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await api.Client.SendAsync(again, TestContext.Current.CancellationToken);

        Assert.Equal(304, (int)second.StatusCode);
    }

    [Fact]
    public async Task A_cluster_that_is_alone_in_its_store_says_so()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        var list = await ReadAsync(api);

        Assert.Equal("demo", (string?)list["clusters"]!.AsArray().Single()!["scope"]);
        Assert.StartsWith("demo is alone in its store.", (string?)list["note"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_leaves_the_own_cluster_and_says_why()
    {
        var store = new ScriptedNamespace { Trouble = new StoreUnavailableException("etcd may not be read there", null) };
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), store);

        var list = await ReadAsync(api);

        Assert.Equal("demo", (string?)list["clusters"]!.AsArray().Single()!["scope"]);
        Assert.Equal("Only demo is shown: etcd may not be read there", (string?)list["note"]);
    }

    private static async Task<JsonNode> ReadAsync(RunningApi api, string path = Path)
    {
        var (status, body) = await api.AskAsync("GET", path);
        Assert.Equal(200, status);
        return JsonNode.Parse(body)!;
    }
}
