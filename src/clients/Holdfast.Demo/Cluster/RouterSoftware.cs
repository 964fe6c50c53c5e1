using System.Globalization;

namespace Holdfast.Demo.Cluster;

/// <summary>The router of a cluster on the embedded store, run by <c>holdfast router</c>. Of its plan's ports the database's takes writes, the store's reads.</summary>
/// <param name="program">The executable, with what goes before its own arguments.</param>
internal sealed class RouterSoftware(IReadOnlyList<string> program) : IMemberSoftware
{
    public IReadOnlyList<string> Command(ClusterPlan plan, MemberPlan member) => [.. program, "router", member.ConfigurationFile];

    public string Configuration(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Clients need to know no member: this takes them to the primary, and over a switchover.
        scope: {plan.Scope}

        raft:
          partner_addrs: [{HoldfastSoftware.Addresses(plan.Voters)}]
          password: {plan.StorePassword}

        router:
        {plan.Database.RouterMode(plan)}
          read_write: 127.0.0.1:{member.DatabasePort}
          read_only: 127.0.0.1:{member.StorePort}
          api: 127.0.0.1:{member.RestPort}

        """);
}
