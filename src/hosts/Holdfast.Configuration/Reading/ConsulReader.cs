using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section <c>consul</c>.</summary>
internal static class ConsulReader
{
    private const int PortDefault = 8500;

    public static ConsulConfiguration? Read(Section section)
    {
        if (!section.IsPresent)
        {
            return null;
        }

        var port = (int)(section.Amount("port", Quantities.Plain, 1, ushort.MaxValue) ?? PortDefault);
        var servers = ServerAddresses.Read(section, port, "url").Required(section, port);
        section.AcceptWithoutMeaning("reads are always the leader's own, and sessions hang on no check", "consistency", "checks");
        section.AcceptWithoutMeaning("no service is registered", "register_service", "service_tags", "service_check_interval", "service_check_tls_server_name");
        var consul = new ConsulConfiguration
        {
            Hosts = servers.Hosts,
            UsesTls = section.Word("scheme", ("http", false), ("https", true)) ?? (servers.SaysTls || section.Node("cacert") is not null || section.Node("cert") is not null),
            Token = section.Text("token"),
            Datacenter = section.Text("dc"),
            CaFile = section.Text("cacert"),
            CertFile = section.Text("cert"),
            KeyFile = section.Text("key"),
            VerifiesServer = section.Flag("verify") ?? true,
        };
        section.RefuseUnknown();
        return consul;
    }
}
