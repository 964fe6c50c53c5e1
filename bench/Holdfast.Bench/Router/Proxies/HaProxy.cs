using System.Globalization;
using System.Text;
using Holdfast.Demo.Cluster;

namespace Holdfast.Bench.Router.Proxies;

/// <summary>One server behind HAProxy.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Port">Its own.</param>
/// <param name="CheckPort">Where its health is asked; null: nobody asks.</param>
internal sealed record HaProxyServer(string Name, int Port, int? CheckPort);

/// <summary>HAProxy with the settings of Patroni's sample file; limits on connections, which are small there, are as high as needed.</summary>
internal sealed class HaProxy(string name, int threads, IReadOnlyList<HaProxyServer> servers) : IProxySoftware
{
    public string Name => name;

    public int Port { get; } = FreePorts.Take(1)[0];

    public int Connections { get; init; } = 2_000;

    /// <summary>Whether it may move bytes inside the kernel, which nobody's defaults ask for.</summary>
    public bool IsSplicing { get; init; }

    public IReadOnlyList<string> Prepare(string directory)
    {
        var file = Path.Combine(directory, "haproxy.cfg");
        File.WriteAllText(file, Configuration());
        return [ProxyPrograms.HaProxy, "-db", "-f", file];
    }

    private string Configuration()
    {
        var isChecked = servers.Any(server => server.CheckPort is not null);
        var text = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"""
            global
                maxconn {Connections}
                nbthread {threads}
            defaults
                mode tcp
                retries 2
                timeout client 30m
                timeout connect 4s
                timeout server 30m
                timeout check 5s
            {(IsSplicing ? "    option splice-auto\n" : "")}
            listen primary
                bind 127.0.0.1:{Port}
            {(isChecked ? HealthChecks : "")}

            """);
        foreach (var server in servers)
        {
            text.Append(CultureInfo.InvariantCulture, $"    server {server.Name} 127.0.0.1:{server.Port} maxconn {Connections}{Check(server)}\n");
        }

        return text.ToString();
    }

    private const string HealthChecks =
        """
            option httpchk OPTIONS /primary
            http-check expect status 200
            default-server inter 3s fall 3 rise 2 on-marked-down shutdown-sessions
        """;

    private static string Check(HaProxyServer server) =>
        server.CheckPort is { } port ? string.Create(CultureInfo.InvariantCulture, $" check port {port}") : "";
}
