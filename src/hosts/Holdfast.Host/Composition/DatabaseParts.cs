using Holdfast.Agent.Loop;
using Holdfast.Configuration;
using Holdfast.Engines.MySql;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Engines.PostgreSql;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.Processes;
using Holdfast.Host.Logging;
using Holdfast.Ports.Database;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>The member's database, whichever it is: the one place that knows the engines.</summary>
/// <param name="Product">Its name, for words to people.</param>
/// <param name="Engine">Whoever asks for these owns it.</param>
/// <param name="Killer">Of its processes.</param>
/// <param name="DataDirectory">An absolute path.</param>
/// <param name="OsUser">Whom it runs as.</param>
/// <param name="NeedsGuard">Nothing but the agent's lease keeps it from accepting writes.</param>
/// <param name="Reload">Takes up a changed configuration.</param>
internal sealed record DatabaseParts(
    string Product,
    IDatabaseEngine Engine,
    ServerKiller Killer,
    string DataDirectory,
    string OsUser,
    bool NeedsGuard,
    Action<HoldfastConfiguration> Reload)
{
    public static string DirectoryOf(HoldfastConfiguration configuration) =>
        Path.GetFullPath(configuration.MySql?.DataDirectory ?? configuration.PostgreSql!.DataDirectory);

    /// <summary>Where others reach it.</summary>
    public static string ConnectUrl(HoldfastConfiguration configuration) => configuration.MySql is { } mysql
        ? $"mysql://{mysql.ConnectAddress}/"
        : $"postgres://{configuration.PostgreSql!.ConnectAddress}/postgres";

    public static DatabaseParts Create(HoldfastConfiguration configuration, AgentSignal signal, LineLoggers loggers)
    {
        try
        {
            return configuration.MySql is { } mysql
                ? CreateMySql(MySqlParts.Options(configuration, mysql), signal, loggers)
                : CreatePostgreSql(EngineOptions.Of(configuration), signal, loggers);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(exception.Message, exception);
        }
    }

    private static DatabaseParts CreatePostgreSql(PostgreSqlOptions options, AgentSignal signal, LineLoggers loggers)
    {
#pragma warning disable CA2000 // The caller owns it.
        var engine = new PostgreSqlEngine(options, signal, HostClock.Time, loggers.CreateLogger<PostgreSqlEngine>());
#pragma warning restore CA2000
        return new(
            "PostgreSQL", engine, PostgreSqlKiller.Of(options.DataDirectory), options.DataDirectory, options.OsUser ?? Environment.UserName, true,
            reloaded => engine.Reload(EngineOptions.Of(reloaded)));
    }

    /// <summary>A group's consensus is the fence of its members: none is needed beside the server.</summary>
    private static DatabaseParts CreateMySql(MySqlOptions options, AgentSignal signal, LineLoggers loggers)
    {
#pragma warning disable CA2000 // The caller owns it.
        var engine = new MySqlEngine(options, signal, HostClock.Time, loggers.CreateLogger<MySqlEngine>());
#pragma warning restore CA2000
        return new(
            "MySQL", engine, MySqlKiller.Of(options.DataDirectory), options.DataDirectory, options.OsUser ?? Environment.UserName, false, _ => { });
    }
}
