using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What fires now, and by which rules; what people say of it: silence, silences, unsilence, acknowledge.</summary>
internal static class AlertCommands
{
    public static Command Create(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var rules = new Option<bool>("--rules") { Description = "Show the rules in place of what fires" };
        var format = Parts.Format();
        var command = new Command("alerts", "Show what is worth a person's attention now: what fires, and what holds and does not fire yet") { scope, rules, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await client.ReadAsync("holdfast/v1/alerts", ApiJson.Wire.AlertList, cancellationToken);
            if (!parsed.GetValue(rules) && parsed.GetValue(format) == OutputFormat.Pretty && list.Alerts.Count == 0)
            {
                await context.Console.Output.WriteLineAsync("Nothing is worth telling.");
                return 0;
            }

            await context.Console.Output.WriteAsync((parsed.GetValue(rules) ? RulesOf(list) : AlertsOf(list)).In(parsed.GetValue(format)));
            return 0;
        });
        command.Add(AlertAnswerCommands.CreateSilence(context));
        command.Add(AlertAnswerCommands.CreateSilences(context));
        command.Add(AlertAnswerCommands.CreateUnsilence(context));
        command.Add(AlertAnswerCommands.CreateAcknowledge(context));
        return command;
    }

    private static Table AlertsOf(AlertList list)
    {
        string[] keys = ["Severity", "State", "Id", "Summary", "Since", "Runbook", "Acknowledged", "Silence"];
        return new("", [.. keys.Select(key => new Column(key, false))], keys, [.. list.Alerts.Select(alert => (IReadOnlyList<JsonNode?>)
        [
            alert.Severity, alert.State, alert.Id, alert.Summary, alert.Since.ToString("u", CultureInfo.InvariantCulture), alert.Runbook,
            alert.AcknowledgedBy is { } who ? string.Create(CultureInfo.InvariantCulture, $"by {who} at {alert.AcknowledgedAt:u}{(alert.AcknowledgedComment is { } comment ? $": {comment}" : "")}") : null, alert.SilencedBy,
        ])]);
    }

    private static Table RulesOf(AlertList list)
    {
        string[] keys = ["Alert", "When", "For s", "Severity", "Summary"];
        return new("", [.. keys.Select(key => new Column(key, key == "For s"))], keys, [.. list.Rules.Select(rule => (IReadOnlyList<JsonNode?>)
        [
            rule.Name, rule.When, JsonValue.Create(rule.ForSeconds), rule.Severity, rule.Summary,
        ])]);
    }
}
