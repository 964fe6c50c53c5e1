using System.Globalization;

namespace Holdfast.Demo.Cluster;

/// <summary>A voter of the embedded store without a database, run by <c>holdfast witness</c>.</summary>
/// <param name="program">The executable, with what goes before its own arguments.</param>
internal sealed class WitnessSoftware(IReadOnlyList<string> program) : IMemberSoftware
{
    public IReadOnlyList<string> Command(ClusterPlan plan, MemberPlan member) => [.. program, "witness", member.ConfigurationFile];

    public string Configuration(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture, $"scope: {plan.Scope}\n\n{HoldfastSoftware.Embedded(plan, member)}\n");
}
