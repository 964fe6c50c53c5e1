using Holdfast.Engines.Processes;

namespace Holdfast.Engines.MySql.Processes;

/// <summary>Kills the server in one data directory.</summary>
public static class MySqlKiller
{
    public static ServerKiller Of(string dataDirectory) => new(dataDirectory, "mysqld", () => PidFile.Read(dataDirectory));
}
