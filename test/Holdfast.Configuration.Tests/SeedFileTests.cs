using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class SeedFileTests
{
    private const string Seed = """
        # patroni.yml configuration
        scope: postgresql-cluster
        name: postgresql-node-1
        restapi:
          listen: 127.0.0.1:8008
          connect_address: 127.0.0.1:8008
        etcd:
          host: localhost:2379
        postgresql:
          listen: 127.0.0.1:5432
          connect_address: 127.0.0.1:5432
          data_dir: /var/lib/postgresql/data
          parameters:
            wal_level: replica
            hot_standby: on
        """;

    [Fact]
    public void The_seed_file_is_read_as_it_is_and_its_etcd_is_spoken_to_as_version_3()
    {
        var configuration = Configurations.Valid(Seed);

        Assert.Equal("etcd", configuration.Etcd!.Section);
        Assert.Equal([new HostPort("localhost", 2379)], configuration.Etcd.Hosts);
        Assert.False(configuration.Etcd.UsesTls);
    }

    [Fact]
    public void The_seed_file_with_the_embedded_store_is_read_whole()
    {
        var configuration = Configurations.Valid(Seed.Replace(
            "etcd:\n  host: localhost:2379", "raft:\n  self_addr: 127.0.0.1:2380\n  partner_addrs: [127.0.0.1:2381]", StringComparison.Ordinal));

        Assert.Equal("postgresql-cluster", configuration.Scope);
        Assert.Equal("service", configuration.Namespace);
        Assert.Equal("postgresql-node-1", configuration.Name);
        Assert.Equal(new HostPort("127.0.0.1", 5432), configuration.PostgreSql!.ConnectAddress);
        Assert.Equal("/var/lib/postgresql/data", configuration.PostgreSql.ConfigDirectory);
        Assert.Equal([new("wal_level", "replica"), new("hot_standby", "on")], configuration.PostgreSql.Parameters);
        Assert.Equal([new HostPort("127.0.0.1", 2381)], configuration.Raft!.PartnerAddresses);
        Assert.Equal(configuration.Raft.SelfAddress, configuration.Raft.BindAddress);
        Assert.True(configuration.UsesGuard);
        Assert.Equal("""{"ttl":3,"loop_wait":1,"retry_timeout":1,"maximum_lag_on_failover":1048576}""", configuration.Bootstrap.DynamicConfiguration);
    }
}
