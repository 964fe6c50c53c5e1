using Holdfast.Engines.Processes;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>Kills every process of PostgreSQL in one data directory.</summary>
public static class PostgreSqlKiller
{
    public static ServerKiller Of(string dataDirectory) => new(dataDirectory, "postgres", () => PostmasterFile.Read(dataDirectory)?.Pid, IsLogger);

    /// <summary>What a client is served by says at its end what it does.</summary>
    private static bool IsLogger(string commandLine) =>
        commandLine.StartsWith("postgres: ", StringComparison.Ordinal) && commandLine.TrimEnd(' ', '\0').EndsWith(": logger", StringComparison.Ordinal);
}
