namespace Holdfast.Configuration.Reading;

/// <summary>What the file already listens on, so that no port is given away twice.</summary>
internal sealed class ListenPorts
{
    private readonly List<(string Path, ListenAddress Address)> taken = [];

    public ListenPorts(RestApiConfiguration? restApi, PostgreSqlConfiguration? postgreSql, MySqlConfiguration? mySql, RaftConfiguration? raft)
    {
        if (restApi is not null)
        {
            taken.Add(("restapi.listen", restApi.Listen));
        }

        if (postgreSql is not null)
        {
            taken.Add(("postgresql.listen", postgreSql.Listen));
        }

        if (mySql is not null)
        {
            taken.Add(("mysql.listen", mySql.Listen));
            taken.Add(("mysql.group.local_address", new([mySql.GroupAddress.Host], mySql.GroupAddress.Port)));
        }

        if (raft is not null)
        {
            taken.Add(("raft.bind_addr", new([raft.BindAddress.Host], raft.BindAddress.Port)));
        }
    }

    public void Take(Section section, string key, ListenAddress address)
    {
        var other = taken.Find(other => Overlap(other.Address, address));
        if (other.Path is not null)
        {
            section.Error(key, $"{address} is taken by {other.Path} already; write another port");
        }

        taken.Add((section.PathOf(key), address));
    }

    private static bool Overlap(ListenAddress one, ListenAddress other) =>
        one.Port == other.Port && one.Hosts.Any(host => other.Hosts.Any(another => host == another || IsEveryAddress(host) || IsEveryAddress(another)));

    private static bool IsEveryAddress(string host) => host is "*" or "0.0.0.0" or "::";
}
