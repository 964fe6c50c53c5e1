using System.CommandLine;
using System.Runtime.InteropServices;
using Holdfast.Demo.Databases;
using Holdfast.Demo.Faults;
using Spectre.Console;

namespace Holdfast.Demo.Command;

/// <summary>The verb <c>demo</c>: a real cluster on this machine, broken before one's eyes.</summary>
public static class DemoCommand
{
    private const string All = "all";
    private const string PostgreSql = "postgresql";
    private const string MySql = "mysql";
    private const int MembersMin = 3;
    private const int MembersMax = 7;
    private const int RoundsMax = 100;
    private const int FreezeSecondsMax = 3600;

    /// <param name="program">The executable of Holdfast, with what goes before its own arguments: it runs the members.</param>
    /// <param name="time">The clock.</param>
    public static System.CommandLine.Command Create(IReadOnlyList<string> program, TimeProvider time)
    {
        var engine = new Option<string>("--engine")
        {
            Description = "What the members run: postgresql or mysql",
            DefaultValueFactory = _ => PostgreSql,
        };
        engine.AcceptOnlyFromAmong(PostgreSql, MySql);
        var fault = new Option<string>("--fault")
        {
            Description = "What to do to the primary: crash, hostloss, freeze, switchover or all",
            DefaultValueFactory = _ => All,
        };
        fault.AcceptOnlyFromAmong([.. Enum.GetValues<Fault>().Select(FaultWords.Name), All]);
        var members = Number("--members", "How many members the cluster has", 3, MembersMin, MembersMax);
        var directory = new Option<string?>("--dir") { Description = "Where the cluster lives: an empty or new directory; else a temporary one" };
        var keep = new Option<bool>("--keep") { Description = "Leave the cluster running and say how to connect" };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, as the last line" };
        var rounds = Number("--rounds", "How often each fault is repeated", 1, 1, RoundsMax);
        var freeze = Number("--freeze-seconds", "How long a frozen primary stays frozen", 20, 1, FreezeSecondsMax);
        var command = new System.CommandLine.Command("demo", "Start a cluster on this machine, break its primary and measure what clients notice")
        {
            engine, fault, members, directory, keep, json, rounds, freeze,
        };
        command.SetAction((parsed, stopping) => RunAsync(
            new(
                parsed.GetValue(engine) == MySql ? Database.MySql : Database.PostgreSql,
                Faults(parsed.GetValue(fault)),
                parsed.GetValue(members),
                parsed.GetValue(directory) is { } path ? Path.GetFullPath(path) : null,
                parsed.GetValue(keep),
                parsed.GetValue(json),
                parsed.GetValue(rounds),
                TimeSpan.FromSeconds(parsed.GetValue(freeze))),
            program,
            time,
            stopping));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, IReadOnlyList<string> program, TimeProvider time, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        var talk = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        try
        {
            return await new DemoRun(options, program, new Story(talk), time).RunAsync(end.Token);
        }
        catch (DemoException exception)
        {
            talk.MarkupLineInterpolated($"[red]Error:[/] {exception.Message}");
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            talk.MarkupLine("Interrupted; nothing is left behind.");
            return ExitCodes.Interrupted;
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }
    }

    private static IReadOnlyList<Fault> Faults(string? word) =>
        FaultWords.Parse(word ?? All) is { } one ? [one] : [Fault.Crash, Fault.HostLoss, Fault.Freeze, Fault.Switchover];

    private static Option<int> Number(string name, string description, int initial, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} ({least} to {most})", DefaultValueFactory = _ => initial };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{name} must be between {least} and {most}.");
            }
        });
        return option;
    }
}
