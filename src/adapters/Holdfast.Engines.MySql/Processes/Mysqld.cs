using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.Processes;
using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.MySql.Processes;

/// <summary>MySQL's server process.</summary>
internal sealed class Mysqld(MySqlOptions options, ServerFiles files, ToolRunner tools, IAgentSignal signal, ILogger logger)
    : ServerProcess("MySQL", MySqlKiller.Of(options.DataDirectory), () => PidFile.Read(options.DataDirectory), signal, logger)
{
    public void Start(long killsBefore, params IEnumerable<string> arguments) =>
        Start(() => tools.StartDetached("mysqld", [$"--defaults-file={files.MainFile}", .. arguments], files.StartupLog), killsBefore);
}
