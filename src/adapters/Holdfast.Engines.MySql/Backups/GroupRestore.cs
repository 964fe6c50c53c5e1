using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.MySql.Jobs;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.MySql.Backups;

/// <summary>
/// Puts a backup into an empty data directory by hand: the agent that is started on it begins a new group, and the other members copy it.
/// </summary>
/// <param name="options">Of the member that is to be the first.</param>
/// <param name="time">For the marks.</param>
/// <param name="report">Is told how far it is.</param>
/// <param name="logger">Of the server's process.</param>
public sealed class GroupRestore(MySqlOptions options, TimeProvider time, Action<string> report, ILogger logger)
{
    /// <param name="backup">The directory that a backup made.</param>
    /// <param name="cancellationToken">Ends it; what was copied until then is removed.</param>
    /// <exception cref="BackupFailedException">It is no whole backup, the data directory holds something, there is no room, or MySQL does not start from it.</exception>
    public async Task<BackupManifest> RunAsync(string backup, CancellationToken cancellationToken)
    {
        var installation = new Installation(options, time);
        using var process = new Mysqld(options, installation.Files, installation.Tools, Nobody.Instance, logger);
        await using var parameters = new ParameterKeeper(installation, () => process.Pid is not null, Nobody.Instance, logger);
        var placement = new BackupPlacement(installation, new ServerJobs(installation, process, parameters), process);
        return await placement.RunAsync(Path.GetFullPath(backup), new JobContext(report, process.Kills, cancellationToken));
    }

    private sealed class Nobody : IAgentSignal
    {
        public static readonly Nobody Instance = new();

        public void Wake()
        {
        }
    }
}
