namespace Holdfast.Configuration.Reading;

/// <summary>Reads the sections <c>etcd3</c> and <c>etcd</c>: one server, several, a URL, or a domain that names them.</summary>
internal static class EtcdReader
{
    private const int PortDefault = 2379;
    private const string DomainExample = "example.org";

    public static EtcdConfiguration? Read(Section root) =>
        ReadSection(root.Inner("etcd3"), "etcd3") ?? ReadSection(root.Inner("etcd"), "etcd");

    private static EtcdConfiguration? ReadSection(Section section, string name)
    {
        if (!section.IsPresent)
        {
            return null;
        }

        var servers = ServerAddresses.Read(section, PortDefault, "url", "proxy");
        var discovery = ReadDiscovery(section);
        if (discovery is null && section.Node("srv") is null)
        {
            servers.Required(section, PortDefault);
        }

        var etcd = new EtcdConfiguration
        {
            Section = name,
            Hosts = servers.Hosts,
            Discovery = discovery,
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

    private static EtcdDiscoveryConfiguration? ReadDiscovery(Section section)
    {
        if (section.Node("proxy") is not null)
        {
            section.AcceptWithoutMeaning("the proxy is the only server then", "srv", "srv_suffix");
            return null;
        }

        var domain = section.Text("srv")?.TrimEnd('.');
        var suffix = section.Text("srv_suffix");
        if (suffix is not null && section.Node("srv") is null)
        {
            section.Error("srv_suffix", $"has no domain; write srv: {DomainExample} as well");
        }

        if (domain is not null && Uri.CheckHostName(domain) != UriHostNameType.Dns)
        {
            section.Error("srv", $"'{domain}' is not a domain such as {DomainExample}");
            return null;
        }

        if (suffix?.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') == false)
        {
            section.Error("srv_suffix", $"'{suffix}' cannot be a part of a name in DNS; use letters, digits and '-'");
            return null;
        }

        return domain is null ? null : new(domain, suffix);
    }
}
