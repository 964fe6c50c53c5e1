using Holdfast.Engines.Processes;
using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>PostgreSQL's own server process.</summary>
internal sealed class Postmaster(PostgreSqlOptions options, ToolRunner tools, IAgentSignal signal, ILogger logger)
    : ServerProcess("PostgreSQL", PostgreSqlKiller.Of(options.DataDirectory), () => PostmasterFile.Read(options.DataDirectory)?.Pid, signal, logger)
{
    public void Start(IEnumerable<string> arguments, long killsBefore) =>
        Start(() => tools.StartDetached("postgres", arguments, options.StartupLogPath), killsBefore);

    /// <summary>
    /// Has the server read its configuration again. False while it is no server yet: before PostgreSQL has written its lock file the
    /// signal would end the process.
    /// </summary>
    public bool Reload() => Pid is { } pid && PostmasterFile.Read(options.DataDirectory)?.Pid == pid && Posix.Signal(pid, Posix.SigHup);
}
