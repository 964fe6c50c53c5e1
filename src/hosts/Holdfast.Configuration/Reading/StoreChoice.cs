namespace Holdfast.Configuration.Reading;

/// <summary>A member coordinates through exactly one store, and a router learns from one.</summary>
internal static class StoreChoice
{
    private static readonly string[] Supported = ["raft", "etcd3", "etcd", "consul", "kubernetes"];
    private static readonly string[] Unsupported = ["zookeeper", "exhibitor"];

    public static void Check(Section root, ConfigurationPurpose purpose)
    {
        var named = Supported.Where(store => root.Node(store) is not null).ToArray();
        var refused = Unsupported.Where(store => root.Node(store) is not null).ToArray();
        // A command line speaks to members only, whatever they coordinate through.
        if (purpose == ConfigurationPurpose.CommandLine)
        {
            return;
        }

        var hint = purpose == ConfigurationPurpose.Agent
            ? "Without anything to install: raft: {self_addr: HOST:2380, partner_addrs: [...]}"
            : "Name the one that the members use, for the embedded one raft: {partner_addrs: [HOST:2380, ...]}";
        foreach (var store in refused)
        {
            root.Error(store, $"this store is not yet supported; supported: {string.Join(", ", Supported)}. {hint}");
        }

        foreach (var store in named.Skip(1))
        {
            root.Error(store, $"a member coordinates through one store, and {named[0]} is one already: remove one of the two");
        }

        if (named.Length == 0 && refused.Length == 0)
        {
            root.Error("raft", $"no store is configured; supported: {string.Join(", ", Supported)}. {hint}");
        }
    }
}
