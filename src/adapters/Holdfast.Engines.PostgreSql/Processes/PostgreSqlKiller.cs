using Holdfast.Engines.Processes;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>Kills every process of PostgreSQL in one data directory.</summary>
public static class PostgreSqlKiller
{
    public static ServerKiller Of(string dataDirectory) => new(dataDirectory, "postgres", () => PostmasterFile.Read(dataDirectory)?.Pid);
}
