namespace Holdfast.StoreServers;

/// <summary>What kind of Consul is wanted.</summary>
public sealed record ConsulOptions
{
    public string Program { get; init; } = ProgramDefault;

    public int Servers { get; init; } = 1;

    /// <summary>http or https.</summary>
    public string Scheme { get; init; } = "http";

    /// <summary>Further settings, as members of a JSON object.</summary>
    public string Settings { get; init; } = """ "session_ttl_min": "3s" """;

    /// <summary>Unpacked beside the built projects, unless it is said to be elsewhere.</summary>
    public static string ProgramDefault { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_CONSUL")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../consul/root/usr/bin/consul"));

    /// <summary>One server that speaks TLS and wants to see a certificate.</summary>
    public static ConsulOptions WithTls(string certificate, string key, string authority) => new()
    {
        Scheme = "https",
        Settings = $$""" "cert_file": "{{certificate}}", "key_file": "{{key}}", "ca_file": "{{authority}}", "verify_incoming_https": true """,
    };
}
