using System.Globalization;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section <c>probe</c>; without it nothing is written into anybody's database.</summary>
internal static class ProbeReader
{
    private const string Auto = "auto";
    private const string EndpointExample = "10.0.0.1:5000";
    private static readonly string[] Wildcards = ["*", "0.0.0.0", "::"];

    /// <param name="section">Of the probe.</param>
    /// <param name="isAgent">Nobody else has a probe, and a mistake in it must not stop them.</param>
    /// <param name="router">The one inside the agent; null: there is none.</param>
    /// <param name="scope">The agent's cluster.</param>
    public static ProbeConfiguration? Read(Section section, bool isAgent, RouterConfiguration? router, string? scope)
    {
        if (!section.IsPresent || !isAgent)
        {
            return null;
        }

        var endpoint = ReadEndpoint(section, router?.Clusters.FirstOrDefault(cluster => cluster.Scope == scope));
        var username = section.RequiredText("username", "holdfast_probe");
        var password = section.RequiredText("password", "its password");
        var initial = new ProbeConfiguration { Endpoint = endpoint ?? new("", 0), Login = new(username ?? "", password ?? "") };
        var probe = initial with
        {
            Database = section.Text("database") ?? initial.Database,
            Tls = section.Word(
                "sslmode",
                ("disable", ProbeTlsMode.Disable),
                ("prefer", ProbeTlsMode.Prefer),
                ("require", ProbeTlsMode.Require),
                ("verify-ca", ProbeTlsMode.VerifyCa),
                ("verify-full", ProbeTlsMode.VerifyFull)) ?? initial.Tls,
            CaFile = section.Text("sslrootcert"),
            Interval = section.Duration("interval", 0.05m, 60) ?? initial.Interval,
            Timeout = section.Duration("timeout", 0.1m, 60) ?? initial.Timeout,
            ObjectivePercent = ReadObjective(section) ?? initial.ObjectivePercent,
        };
        if (probe.CaFile is not null && probe.Tls is not (ProbeTlsMode.VerifyCa or ProbeTlsMode.VerifyFull))
        {
            section.Error("sslrootcert", "is not looked at in this mode; write 'sslmode: verify-full' (or verify-ca) as well");
        }

        section.RefuseUnknown();
        return probe;
    }

    private static HostPort? ReadEndpoint(Section section, RouterClusterConfiguration? routed)
    {
        if (section.Node("endpoint") is not null && section.Text("endpoint") != Auto)
        {
            return section.ReachableAddress("endpoint", RouterClusterReader.ReadWritePortDefault);
        }

        if (routed is null)
        {
            section.Error("endpoint", $"this agent has no router for its cluster; write a section router, or where clients connect to: 'endpoint: {EndpointExample}'");
            return null;
        }

        var listen = routed.ReadWrite;
        return new(listen.Hosts.FirstOrDefault(host => !Wildcards.Contains(host)) ?? "127.0.0.1", listen.Port);
    }

    private static decimal? ReadObjective(Section section)
    {
        const string Expected = "a percentage below 100 such as 99.95";
        if (section.Scalar("objective", Expected) is not { } scalar)
        {
            return null;
        }

        if (decimal.TryParse(scalar.Text.TrimEnd('%', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and < 100)
        {
            return percent;
        }

        section.Wrong("objective", scalar, Expected);
        return null;
    }
}
