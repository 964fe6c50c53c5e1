using Holdfast.Demo.Cluster;
using Npgsql;

namespace Holdfast.Demo.Canary;

/// <summary>One server in a client's list of hosts.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Port">On the loopback address.</param>
/// <param name="Password">The superuser's.</param>
public sealed record CanaryHost(string Name, int Port, string Password)
{
    // Long enough for a busy machine, short enough that a frozen server holds nobody.
    private const int LimitSeconds = 1;

    /// <summary>Canaries that write at the same time need one each.</summary>
    public string Database { get; init; } = "postgres";

    public static CanaryHost Of(ClusterPlan plan, MemberPlan member) => new(member.Name, member.DatabasePort, plan.SuperuserPassword);

    /// <summary>What clients are told: the router where there is one, otherwise every member.</summary>
    public static IReadOnlyList<CanaryHost> AllOf(ClusterPlan plan) =>
        [.. (plan.Router is { } router ? [router] : plan.Members).Select(member => Of(plan, member))];

    /// <summary>Unpooled connections that ask for nothing but to be open: no TLS, no catalogue, no wait after a time-out.</summary>
    public NpgsqlDataSource Connections()
    {
        var builder = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = ClusterPlan.Superuser,
            Password = Password,
            Database = Database,
            ApplicationName = "canary",
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Pooling = false,
            Timeout = LimitSeconds,
            CommandTimeout = LimitSeconds,
            CancellationTimeout = -1,
        }.ConnectionString);
        return builder.EnableArrays().ConfigureTypeLoading(loading => loading.EnableTypeLoading(false)).Build();
    }

    public override string ToString() => Name;
}
