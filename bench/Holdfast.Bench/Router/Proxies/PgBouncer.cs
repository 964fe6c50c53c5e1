using System.Globalization;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.Bench.Router.Proxies;

/// <summary>PgBouncer with session pooling, which logs users in as session mode does.</summary>
internal sealed class PgBouncer(int serverPort, string password) : IProxySoftware
{
    public string Name => "pgbouncer";

    public int Port { get; } = FreePorts.Take(1)[0];

    // It refuses to run as root.
    public IReadOnlyList<string> Prepare(string directory)
    {
        var file = Path.Combine(directory, "pgbouncer.ini");
        File.WriteAllText(file, Configuration(UserList.Write(directory, password)));
        return [.. OsAccount.Needed()?.Prefix ?? [], ProxyPrograms.PgBouncer, file];
    }

    private string Configuration(string userList) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        [databases]
        postgres = host=127.0.0.1 port={serverPort}

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {Port}
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = {userList}
        pool_mode = session
        default_pool_size = 1100
        max_client_conn = 2000
        log_connections = 0
        log_disconnections = 0

        """);
}
