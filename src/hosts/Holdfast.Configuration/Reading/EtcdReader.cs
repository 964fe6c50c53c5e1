namespace Holdfast.Configuration.Reading;

/// <summary>Reads the sections <c>etcd3</c> and <c>etcd</c>: one server, several, or a URL.</summary>
internal static class EtcdReader
{
    private const int PortDefault = 2379;
    private const string Example = "10.0.0.1:2379";

    public static EtcdConfiguration? Read(Section root) =>
        ReadSection(root.Inner("etcd3"), "etcd3") ?? ReadSection(root.Inner("etcd"), "etcd");

    private static EtcdConfiguration? ReadSection(Section section, string name)
    {
        if (!section.IsPresent)
        {
            return null;
        }

        var servers = ServerAddresses.Read(section, PortDefault, "url", "proxy");
        RefuseDiscovery(section);
        var etcd = new EtcdConfiguration
        {
            Section = name,
            Hosts = servers.Hosts,
            Username = section.Text("username") ?? servers.Username,
            Password = section.Text("password") ?? servers.Password,
            CaFile = section.Text("cacert"),
            CertFile = section.Text("cert"),
            KeyFile = section.Text("key"),
            UsesTls = (section.Word("protocol", ("http", false), ("https", true)) ?? servers.SaysTls) || section.Node("cacert") is not null || section.Node("cert") is not null,
        };
        if ((etcd.Username is null) != (etcd.Password is null))
        {
            section.Error(etcd.Username is null ? "password" : "username", "needs the other one as well: username and password");
        }

        section.AcceptWithoutMeaning("the servers are the ones that the file names", "use_proxies");
        section.RefuseUnknown();
        return etcd;
    }

    private static void RefuseDiscovery(Section section)
    {
        foreach (var key in (string[])["srv", "srv_suffix"])
        {
            if (section.Node(key) is not null)
            {
                section.Error(key, $"servers are not looked up by DNS SRV records; name them: hosts: [{Example}, ...]");
            }
        }
    }
}
