using System.Net;
using System.Net.Sockets;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Servers that DNS names: real records from a real name server.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private const string Plain = "_etcd-client._tcp.db.test";
    private const string Tls = "_etcd-client-ssl._tcp.db.test";
    private readonly NameServer names = new(TimeProvider.System);
    private readonly LogLines log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => names.Dispose();

    [Fact]
    public async Task Servers_are_found_by_their_records_in_the_order_of_priority_and_weight()
    {
        await using var etcd = await StartAsync(3);
        await ServeAsync([.. Records(Plain, etcd.Etcd, (2, 0), (1, 5), (1, 9))]);
        await using var store = Discover("db.test", null);

        await store.PutAsync("/a", "1", Stop);

        Assert.Equal("1", await store.GetAsync("/a", Stop));
        var (third, second, first) = (etcd.Etcd.Ports[0], etcd.Etcd.Ports[1], etcd.Etcd.Ports[2]);
        Assert.Contains($"e2.test:{first} (127.0.0.1), e1.test:{second} (127.0.0.1), e0.test:{third} (127.0.0.1)", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suffix_tells_two_etcds_of_one_domain_apart()
    {
        await using var one = await StartAsync(1);
        await using var other = await StartAsync(1);
        await ServeAsync([.. Records("_etcd-client-one._tcp.db.test", one.Etcd, (0, 0)), .. Records("_etcd-client-other._tcp.db.test", other.Etcd, (0, 0))]);
        await using var first = Discover("db.test", "one");
        await using var second = Discover("db.test", "other");

        await first.PutAsync("/a", "of one", Stop);
        await second.PutAsync("/a", "of the other", Stop);

        Assert.Equal("of one", await one.Endpoints[0].GetAsync("/a", Stop));
        Assert.Equal("of the other", await other.Endpoints[0].GetAsync("/a", Stop));
    }

    [Fact]
    public async Task Records_of_TLS_come_first_and_imply_it()
    {
        using var files = new TestCertificates();
        await using var plain = await StartAsync(1);
        await using var secure = await EtcdStores.StartAsync(EtcdClusterOptions.WithTls(files["server.crt"], files["server.key"], files["authority.crt"]), Stop);
        await ServeAsync(
        [
            .. Records(Plain, plain.Etcd, (0, 0)),
            NameServer.Service(Tls, TestCertificates.ServerName, secure.Etcd.Ports[0], 0, 0),
            NameServer.Host(TestCertificates.ServerName, "127.0.0.1"),
        ]);
        await using var store = Discover("db.test", null, options => options with { CaFile = files["authority.crt"], CertFile = files["client.crt"], KeyFile = files["client.key"] });

        await store.PutAsync("/a", "1", Stop);

        Assert.Null(await plain.Endpoints[0].GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_name_server_that_is_away_at_the_start_is_waited_for_and_named()
    {
        await using var etcd = await StartAsync(1);
        await using var store = Discover("db.test", null);

        var silent = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync("/", Stop));
        await ServeAsync([.. Records(Plain, etcd.Etcd, (0, 0))]);

        Assert.Contains("etcd3.srv: db.test cannot be looked up", silent.Message, StringComparison.Ordinal);
        await store.PutAsync("/a", "1", Stop);
    }

    [Fact]
    public async Task A_watch_begins_when_the_names_are_found()
    {
        await using var etcd = await StartAsync(1);
        var start = await etcd.Endpoints[0].PutAsync("/a", "1", Stop);
        await using var store = Discover("db.test", null);
        await using var watch = store.WatchAsync("/", start, Stop).GetAsyncEnumerator(Stop);
        var next = watch.MoveNextAsync();
        await etcd.Endpoints[0].PutAsync("/a", "2", Stop);

        await ServeAsync([.. Records(Plain, etcd.Etcd, (0, 0))]);

        Assert.True(await next);
        Assert.Equal("2", watch.Current.Written.Single().Value);
    }

    [Fact]
    public async Task A_domain_without_records_is_named_with_what_was_asked_for_and_hosts_stand_in()
    {
        await using var etcd = await StartAsync(1);
        await ServeAsync([]);
        await using var none = Discover("db.test", null);
        await using var withHosts = Discover("db.test", null, options => options with { Endpoints = [.. etcd.Etcd.Servers] });

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => none.ReadAsync("/", Stop));

        Assert.Contains($"no SRV record {Tls} nor {Plain}", refused.Message, StringComparison.Ordinal);
        await withHosts.PutAsync("/a", "1", Stop);
    }

    [Fact]
    public async Task Known_servers_stay_in_use_while_DNS_is_away()
    {
        await using var etcd = await StartAsync(1);
        await ServeAsync([.. Records(Plain, etcd.Etcd, (0, 0))]);
        await using var store = Discover("db.test", null);
        await store.PutAsync("/a", "1", Stop);

        names.Stop();
        etcd.Etcd.KillAll();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync("/", Stop));
        await UntilAsync(() => log.Text.Contains("No servers of etcd are found", StringComparison.Ordinal), () => store.KeepSessionAsync(new("1"), Stop));
        await etcd.Etcd.StartAllAsync(Stop);

        Assert.Equal("1", await store.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task Servers_that_have_moved_are_found_when_no_known_one_answers()
    {
        await using var old = await StartAsync(1);
        await using var moved = await StartAsync(1);
        await ServeAsync([.. Records(Plain, old.Etcd, (0, 0))]);
        await using var store = Discover("db.test", null);
        await store.PutAsync("/a", "old", Stop);
        await moved.Endpoints[0].PutAsync("/a", "moved", Stop);

        await ServeAsync([.. Records(Plain, moved.Etcd, (0, 0))]);
        Assert.Equal("old", await store.GetAsync("/a", Stop));
        old.Etcd.KillAll();

        Assert.Equal("moved", await store.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_host_with_several_addresses_is_asked_at_each()
    {
        await using var etcd = await StartAsync(1);
        await ServeAsync([NameServer.Host("many.test", "127.0.0.2"), NameServer.Host("many.test", "127.0.0.3"), NameServer.Host("many.test", "127.0.0.1")]);
        await using var store = etcd.Open(0, options => options with { NameServer = names.Address, Endpoints = [new Uri($"http://many.test:{etcd.Etcd.Ports[0]}")] });

        await store.PutAsync("/a", "1", Stop);

        Assert.Equal("1", await store.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_name_that_nobody_answers_for_does_not_keep_the_other_servers_waiting()
    {
        await using var etcd = await StartAsync(1);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var store = etcd.Open(0, options => options with { NameServer = (IPEndPoint?)silent.LocalEndPoint, Endpoints = [new Uri("http://nobody.test:1"), options.Endpoints[0]] });

        await store.ReadAsync("/", Stop);
    }

    [Fact]
    public async Task The_systems_own_names_are_known_without_a_name_server_of_the_tests()
    {
        await using var etcd = await StartAsync(1);
        await using var store = etcd.Open(0, options => options with { Endpoints = [new Uri($"http://localhost:{etcd.Etcd.Ports[0]}")] });

        await store.PutAsync("/a", "1", Stop);
    }

    private static Task<EtcdStores> StartAsync(int servers) => EtcdStores.StartAsync(servers, Stop);

    private static IEnumerable<string> Records(string service, EtcdCluster etcd, params (int Priority, int Weight)[] servers) =>
        servers.SelectMany((server, index) => (string[])
        [
            NameServer.Service(service, $"e{index}.test", etcd.Ports[index], server.Priority, server.Weight),
            NameServer.Host($"e{index}.test", "127.0.0.1"),
        ]);

    private static async Task UntilAsync(Func<bool> holds, Func<Task> attempt)
    {
        while (!holds())
        {
            await attempt();
            await Task.Delay(20, Stop);
        }
    }

    private async Task ServeAsync(string[] records)
    {
        Assert.SkipUnless(File.Exists(NameServer.Program), "dnsmasq is missing: apt-get install dnsmasq-base");
        await names.ServeAsync(records.Distinct(), Stop);
    }

    private EtcdStore Discover(string domain, string? suffix) => Discover(domain, suffix, options => options);

    private EtcdStore Discover(string domain, string? suffix, Func<EtcdStoreOptions, EtcdStoreOptions> change) => new(
        change(new EtcdStoreOptions
        {
            Endpoints = [],
            Discovery = new(domain, suffix),
            NameServer = names.Address,
            LookupPause = TimeSpan.FromMilliseconds(100),
        }),
        TimeProvider.System,
        log);
}
