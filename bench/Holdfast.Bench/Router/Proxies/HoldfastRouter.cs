using System.Globalization;
using System.Text;
using Holdfast.Demo.Cluster;

namespace Holdfast.Bench.Router.Proxies;

/// <summary>What <see cref="HoldfastRouter"/> does for one cluster.</summary>
/// <param name="Scope">The cluster's name in the store.</param>
/// <param name="ReadWrite">The port that leads to its primary.</param>
/// <param name="ReadOnly">The port that leads to its replicas.</param>
internal sealed record RoutedCluster(string Scope, int ReadWrite, int ReadOnly)
{
    /// <summary>The superuser's password, which session mode asks clients for; null: a TCP relay.</summary>
    public string? SessionPassword { get; init; }

    public static RoutedCluster Of(string scope) => FreePorts.Take(2) is [var readWrite, var readOnly, ..]
        ? new(scope, readWrite, readOnly)
        : throw new InvalidOperationException("two ports were asked for");
}

/// <summary>Holdfast's router in a process of its own.</summary>
/// <param name="name">In the figures' names.</param>
/// <param name="program">The executable, with what goes before its own arguments.</param>
/// <param name="store">The store's section of the configuration file.</param>
/// <param name="threads">Event loops.</param>
/// <param name="clusters">The first is the one that is measured.</param>
internal sealed class HoldfastRouter(string name, IReadOnlyList<string> program, string store, int threads, IReadOnlyList<RoutedCluster> clusters)
    : IProxySoftware
{
    private readonly int api = FreePorts.Take(1)[0];

    public string Name => name;

    public int Port => clusters[0].ReadWrite;

    public int Connections { get; init; } = 2_000;

    public IReadOnlyList<string> Prepare(string directory)
    {
        var file = Path.Combine(directory, "router.yml");
        File.WriteAllText(file, Configuration(directory));
        return [.. program, "router", file];
    }

    private string Configuration(string directory)
    {
        var text = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"""
            {store}

            router:
              api: 127.0.0.1:{api}
              threads: {threads}
              max_connections: {Connections}
              clusters:

            """);
        foreach (var cluster in clusters)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""
                    {cluster.Scope}:
                      read_write: 127.0.0.1:{cluster.ReadWrite}
                      read_only: 127.0.0.1:{cluster.ReadOnly}
                      max_connections: {Connections}
                {Mode(cluster, directory)}

                """);
        }

        return text.ToString();
    }

    private static string Mode(RoutedCluster cluster, string directory) => cluster.SessionPassword is { } password
        ? $"      mode: session\n      userlist: {YamlText.Quote(UserList.Write(directory, password))}"
        : "      mode: tcp";
}
