using Holdfast.Engines.Processes;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>Kills every process of PostgreSQL in one data directory.</summary>
public static class PostgreSqlKiller
{
    public static ServerKiller Of(string dataDirectory) => new(dataDirectory, "postgres", () => PostmasterFile.Read(dataDirectory)?.Pid, MayBeLogger);

    /// <summary>
    /// The title of a process that serves a client ends with what it does, such as idle; that of the log's writer with its name. A server that ends at once
    /// leaves a writer that did not come to give itself a title, and still has the server's command line.
    /// </summary>
    internal static bool MayBeLogger(string commandLine) =>
        !commandLine.StartsWith("postgres: ", StringComparison.Ordinal) || commandLine.TrimEnd(' ', '\0').EndsWith(": logger", StringComparison.Ordinal);
}
