using System.Globalization;
using System.Text;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Router.Tools;

/// <summary>One server of a cluster that no agent runs.</summary>
/// <param name="Name">In the store.</param>
/// <param name="Port">Its own.</param>
/// <param name="Role">primary or replica.</param>
internal sealed record StaticMember(string Name, int Port, string Role);

/// <summary>A PostgreSQL with pgbench's tables, and a store that says of any server that it is a member of a cluster.</summary>
internal sealed class StaticCluster
{
    /// <summary>The scope whose primary is the PostgreSQL.</summary>
    public const string Scope = "bench";

    /// <summary>PostgreSQL asks for none; what logs users in itself does.</summary>
    public const string Password = "a-secret";

    private const int ScaleOfTables = 10;

    private StaticCluster(PlainServer server, EtcdCluster etcd)
    {
        Server = server;
        Etcd = etcd;
    }

    public PlainServer Server { get; }

    public EtcdCluster Etcd { get; }

    public static async Task<StaticCluster> FillAsync(PlainServer server, EtcdCluster etcd, TimeProvider time, CancellationToken stopping)
    {
        await new PgPrograms(server.Port, Password, time).FillAsync(ScaleOfTables, stopping);
        var cluster = new StaticCluster(server, etcd);
        await cluster.PublishAsync(Scope, [new("primary", server.Port, "primary")], stopping);
        return cluster;
    }

    /// <summary>Writes who is a member and that the first one leads.</summary>
    public async Task PublishAsync(string scope, IReadOnlyList<StaticMember> members, CancellationToken stopping)
    {
        foreach (var member in members)
        {
            await PutAsync(
                $"/service/{scope}/members/{member.Name}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"conn_url":"postgres://127.0.0.1:{{member.Port}}/postgres","state":"running","role":"{{member.Role}}"}"""),
                stopping);
        }

        await PutAsync($"/service/{scope}/leader", members[0].Name, stopping);
    }

    private Task PutAsync(string key, string value, CancellationToken stopping) =>
        Etcd.CallAsync(0, "kv/put", $$"""{"key":"{{Base64(key)}}","value":"{{Base64(value)}}"}""", stopping);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
