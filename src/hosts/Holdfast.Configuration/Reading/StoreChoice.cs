namespace Holdfast.Configuration.Reading;

/// <summary>A member coordinates through exactly one store.</summary>
internal static class StoreChoice
{
    private const string Hint = "raft: {self_addr: HOST:2380, partner_addrs: [...]}";
    private static readonly string[] Supported = ["raft", "etcd3", "etcd", "consul", "kubernetes"];
    private static readonly string[] Unsupported = ["zookeeper", "exhibitor"];

    public static void Check(Section root, bool isAgent)
    {
        var named = Supported.Where(store => root.Node(store) is not null).ToArray();
        var refused = Unsupported.Where(store => root.Node(store) is not null).ToArray();
        // A command line speaks to members only, whatever they coordinate through.
        if (!isAgent)
        {
            return;
        }

        foreach (var store in refused)
        {
            root.Error(store, $"this store is not yet supported; supported: {string.Join(", ", Supported)}. Without anything to install: {Hint}");
        }

        foreach (var store in named.Skip(1))
        {
            root.Error(store, $"a member coordinates through one store, and {named[0]} is one already: remove one of the two");
        }

        if (named.Length == 0 && refused.Length == 0)
        {
            root.Error("raft", $"no store is configured; supported: {string.Join(", ", Supported)}. Without anything to install: {Hint}");
        }
    }
}
