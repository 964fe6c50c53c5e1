namespace Holdfast.Demo.Cluster;

/// <summary>What runs the members: Holdfast, or something it is compared with.</summary>
public interface IMemberSoftware
{
    /// <summary>The text of a member's configuration file.</summary>
    string Configuration(ClusterPlan plan, MemberPlan member);

    /// <summary>The program and the arguments that run one member in the foreground.</summary>
    IReadOnlyList<string> Command(ClusterPlan plan, MemberPlan member);
}
