using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli;
using Holdfast.Decisions.Alerts;
using Holdfast.Exports;
using Holdfast.Exports.Alertmanager;
using Holdfast.Exports.Grafana;
using Holdfast.Exports.Prometheus;
using Holdfast.Host.Composition;
using Holdfast.Model.Alerts;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast export</c>: files for the monitoring that is there already.</summary>
internal static class ExportCommands
{
    public static Command Create() => new("export", "Write files for Prometheus, Alertmanager and Grafana that fit a cluster's metrics and alerts.")
    {
        CreateRules(),
        CreateAlertmanager(),
        CreateDashboards(),
    };

    private static Command CreateRules()
    {
        var (output, scope, defaults, runbooks) = (Output(), Scope(), Defaults(), Runbooks());
        var command = new Command(
            "prometheus-rules",
            "Write a cluster's alert rules, and recording rules, for Prometheus 2.42 or later: those that it goes by now, or the defaults where no configuration file leads to a cluster.")
        {
            output, scope, defaults, runbooks,
        };
        command.SetAction((parsed, stopping) => WriteAsync(
            parsed.GetValue(output),
            "holdfast.rules.yml",
            async () => RuleFile.Write(
                await RulesAsync(parsed, scope, defaults, stopping),
                new ExportOptions { Scope = parsed.GetValue(scope), Runbooks = parsed.GetValue(runbooks) ?? ExportOptions.RunbooksDefault })));
        return command;
    }

    private static Command CreateAlertmanager()
    {
        var (output, scope, defaults) = (Output(), Scope(), Defaults());
        var command = new Command(
            "alertmanager",
            "Write a configuration for Alertmanager that routes Holdfast's alerts, groups them, and is silent about what follows from another one. Its receivers are placeholders.")
        {
            output, scope, defaults,
        };
        command.SetAction((parsed, stopping) => WriteAsync(
            parsed.GetValue(output),
            "alertmanager.yml",
            async () => RoutingFile.Write(await RulesAsync(parsed, scope, defaults, stopping), new ExportOptions { Scope = parsed.GetValue(scope) })));
        return command;
    }

    private static Command CreateDashboards()
    {
        var output = new Option<string>("--output", "-o") { Description = "Directory for holdfast-cluster.json and holdfast-fleet.json", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var command = new Command("grafana-dashboards", "Write two dashboards for Grafana 9 or later: one cluster, and all of them.") { output };
        command.SetAction(async (parsed, _) =>
        {
            var directory = parsed.GetRequiredValue(output);
            (string Name, string Text)[] files = [("holdfast-cluster.json", ClusterDashboard.Write()), ("holdfast-fleet.json", FleetDashboard.Write())];
            foreach (var (name, text) in files)
            {
                var status = await WriteAsync(directory + "/", name, () => Task.FromResult(text));
                if (status != 0)
                {
                    return status;
                }
            }

            return 0;
        });
        return command;
    }

    private static async Task<ImmutableArray<AlertRule>> RulesAsync(ParseResult parsed, Option<string?> scope, Option<bool> defaults, CancellationToken stopping) =>
        parsed.GetValue(defaults)
            ? AlertDefaults.Rules
            : await ClusterAccess.AlertRulesAsync(parsed.GetValue<string?>(HoldfastCli.ConfigurationOption), parsed.GetValue(scope), stopping);

    private static async Task<int> WriteAsync(string? output, string name, Func<Task<string>> make)
    {
        try
        {
            var text = await make();
            if (output is null or "-")
            {
                await Console.Out.WriteAsync(text);
                return 0;
            }

            var path = output.EndsWith('/') || Directory.Exists(output) ? Path.Combine(output, name) : output;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await File.WriteAllTextAsync(path, text);
            await Console.Error.WriteLineAsync($"wrote {path}");
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failure.Say(exception.Message);
        }
    }

    private static Option<string?> Output() => new("--output", "-o") { Description = "File, or directory, to write; standard output if none is named", HelpName = "FILE" };

    private static Option<string?> Scope() => new("--scope") { Description = "Only this cluster; every cluster whose metrics are there if none is named", HelpName = "SCOPE" };

    private static Option<bool> Defaults() => new("--defaults") { Description = "Go by the default alerts, and ask no cluster for its own" };

    private static Option<string?> Runbooks() => new("--runbooks") { Description = $"Where the alerts' pages are, with a heading for each; {ExportOptions.RunbooksDefault} if nothing is named", HelpName = "URL" };
}
