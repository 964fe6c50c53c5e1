using System.Globalization;

namespace Holdfast.Demo.Cluster;

/// <summary>Members run by <c>holdfast agent</c>; time-outs are left to the product.</summary>
/// <param name="program">The executable, with what goes before its own arguments.</param>
/// <param name="store">The store's section of the configuration file; null: the embedded store.</param>
public sealed class HoldfastSoftware(IReadOnlyList<string> program, string? store) : IMemberSoftware
{
    public IReadOnlyList<string> Program => program;

    public IReadOnlyList<string> Command(ClusterPlan plan, MemberPlan member) => [.. program, "agent", member.ConfigurationFile];

    public string Configuration(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # One member of a demonstration cluster. The format is Patroni's.
        scope: {plan.Scope}
        name: {member.Name}

        restapi:
          listen: 127.0.0.1:{member.RestPort}
          connect_address: 127.0.0.1:{member.RestPort}

        {store ?? Embedded(plan, member)}

        {plan.Database.Configuration(plan, member)}
        """);

    internal static string Embedded(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # The embedded store: the members coordinate among themselves, nothing else is installed.
        raft:
          self_addr: 127.0.0.1:{member.StorePort}
          partner_addrs: [{Partners(plan, member)}]
          data_dir: {YamlText.Quote(member.StoreDirectory)}
          password: {plan.StorePassword}
        """);

    private static string Partners(ClusterPlan plan, MemberPlan member) =>
        Addresses(plan.Voters.Where(other => other != member));

    internal static string Addresses(IEnumerable<MemberPlan> voters) =>
        string.Join(", ", voters.Select(voter => $"\"127.0.0.1:{voter.StorePort}\""));
}
