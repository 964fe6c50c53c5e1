using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section of the embedded store.</summary>
internal static class RaftReader
{
    private const int PortDefault = 2380;

    public static RaftConfiguration? Read(Section section, ConfigurationPurpose purpose)
    {
        if (!section.IsPresent)
        {
            return null;
        }

        var self = section.ReachableAddress("self_addr", PortDefault);
        if (purpose == ConfigurationPurpose.Agent && section.Node("self_addr") is null)
        {
            section.Missing("self_addr", "10.0.0.1:2380");
        }

        var partners = ReadPartners(section);
        if (purpose == ConfigurationPurpose.Router && section.Node("self_addr") is null && section.Node("partner_addrs") is null or ConfigNode.Sequence { Items.IsEmpty: true })
        {
            section.Missing("partner_addrs", "[10.0.0.1:2380, 10.0.0.2:2380, 10.0.0.3:2380]");
        }

        var here = new HostPort("127.0.0.1", PortDefault);
        var raft = new RaftConfiguration
        {
            SelfAddress = self ?? here,
            BindAddress = section.Address("bind_addr", PortDefault) ?? self ?? here,
            PartnerAddresses = partners,
            ClientAddresses = self is null && !partners.IsEmpty ? partners : [.. partners.Prepend(self ?? here).Distinct()],
            DataDirectory = section.Text("data_dir"),
            Join = section.Flag("join") ?? false,
            Password = section.Text("password"),
            CertFile = section.Text("certfile"),
            KeyFile = section.Text("keyfile"),
            CaFile = section.Text("cafile"),
        };
        section.AcceptWithoutMeaning(
            "it tunes Patroni's own Raft library",
            "min_timeout", "max_timeout", "connection_timeout", "append_entries_period", "connection_retry_time", "leader_fallback_timeout");
        section.RefuseUnknown();
        return raft;
    }

    private static ImmutableArray<HostPort> ReadPartners(Section section)
    {
        var partners = ImmutableArray.CreateBuilder<HostPort>();
        ImmutableArray<string> texts = section.Node("partner_addrs") is ConfigNode.Scalar scalar
            ? [.. scalar.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : section.Texts("partner_addrs") ?? [];
        foreach (var text in texts)
        {
            if (Addresses.ParseAddress(text, PortDefault) is { } address)
            {
                partners.Add(address);
            }
            else
            {
                section.Error("partner_addrs", $"'{text}' is not an address such as 10.0.0.2:2380");
            }
        }

        return partners.ToImmutable();
    }
}
