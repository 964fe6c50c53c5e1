using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Guard;
using Holdfast.Host.Logging;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast guard</c>: the process that an agent starts beside its database. People do not call it.</summary>
internal static class GuardCommand
{
    public const string Name = "guard";
    public const string SocketOption = "--socket";
    public const string DirectoryOption = "--data-dir";
    private static readonly TimeSpan FirstAgentWithin = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var socket = new Option<string>(SocketOption) { Required = true, Description = "Where the agent connects." };
        var directory = new Option<string>(DirectoryOption) { Required = true, Description = "The data directory whose database is guarded." };
        var command = new Command(Name, "Kill the database when its agent stops moving the deadline. Started by the agent.") { socket, directory };
        command.Hidden = true;
        command.SetAction(parsed => Run(parsed.GetRequiredValue(socket), parsed.GetRequiredValue(directory)));
        return command;
    }

    private static int Run(string socket, string directory)
    {
        using var loggers = new LineLoggers(new LogConfiguration(), HostClock.Time);
        var logger = loggers.CreateLogger("guard");
        var note = new GuardNote(GuardNote.PathOf(directory), logger);
        using var guard = new GuardServer(socket, PostgreSqlKiller.Of(directory).Kill, note, HostClock.Time, logger);
        guard.Run(FirstAgentWithin);
        return 0;
    }
}
