using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;

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

        var url = ReadUrl(section, "url") ?? ReadUrl(section, "proxy");
        ImmutableArray<HostPort> hosts =
        [
            .. ReadHosts(section),
            .. section.Address("host", PortDefault) is { } host ? (HostPort[])[host] : [],
            .. url is null ? (HostPort[])[] : [new HostPort(url.Host.Trim('[', ']'), url.Port)],
        ];
        if (hosts.IsEmpty && section.Node("hosts") is null && section.Node("host") is null && section.Node("url") is null && section.Node("proxy") is null)
        {
            section.Missing("hosts", $"[{Example}]");
        }

        RefuseDiscovery(section);
        var etcd = new EtcdConfiguration
        {
            Section = name,
            Hosts = [.. hosts.Distinct()],
            Username = section.Text("username"),
            Password = section.Text("password"),
            CaFile = section.Text("cacert"),
            CertFile = section.Text("cert"),
            KeyFile = section.Text("key"),
            UsesTls = (section.Word("protocol", ("http", false), ("https", true)) ?? (url?.Scheme == "https")) || section.Node("cacert") is not null || section.Node("cert") is not null,
        };
        if ((etcd.Username is null) != (etcd.Password is null))
        {
            section.Error(etcd.Username is null ? "password" : "username", "needs the other one as well: username and password");
        }

        section.AcceptWithoutMeaning("the servers are the ones that the file names", "use_proxies");
        section.RefuseUnknown();
        return etcd;
    }

    private static IEnumerable<HostPort> ReadHosts(Section section)
    {
        var texts = section.Node("hosts") is ConfigNode.Scalar scalar
            ? scalar.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : (IEnumerable<string>)(section.Texts("hosts") ?? []);
        foreach (var text in texts)
        {
            // Patroni's users write URLs here as well.
            var plain = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url.Authority : text;
            if (Addresses.ParseAddress(plain, PortDefault) is { } address)
            {
                yield return address;
            }
            else
            {
                section.Error("hosts", $"'{text}' is not an address such as {Example}");
            }
        }
    }

    private static Uri? ReadUrl(Section section, string key)
    {
        if (section.Text(key) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url.IsDefaultPort && !text.Contains($":{url.Port}", StringComparison.Ordinal) ? new UriBuilder(url) { Port = PortDefault }.Uri : url;
        }

        section.Error(key, $"not a URL such as http://{Example}");
        return null;
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
