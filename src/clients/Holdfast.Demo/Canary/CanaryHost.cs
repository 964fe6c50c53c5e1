using System.Data.Common;
using Holdfast.Demo.Cluster;

namespace Holdfast.Demo.Canary;

/// <summary>One server in a client's list of hosts.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Port">On the loopback address.</param>
/// <param name="Password">The superuser's.</param>
public sealed record CanaryHost(string Name, int Port, string Password)
{
    // Long enough for a busy machine, short enough that a frozen server holds nobody.
    internal const int LimitSeconds = 1;

    /// <summary>Canaries that write at the same time need one each.</summary>
    public string Database { get; init; } = "postgres";

    public static CanaryHost Of(ClusterPlan plan, MemberPlan member) => new(member.Name, member.DatabasePort, plan.SuperuserPassword) { Kind = plan.Database };

    /// <summary>What clients are told: the router where there is one, otherwise every member.</summary>
    public static IReadOnlyList<CanaryHost> AllOf(ClusterPlan plan) =>
        [.. (plan.Router is { } router ? [router] : plan.Members).Select(member => Of(plan, member))];

    /// <summary>What the server is.</summary>
    public Databases.Database Kind { get; init; } = Databases.Database.PostgreSql;

    public DbDataSource Connections() => Kind.Connections(this);

    public override string ToString() => Name;
}
