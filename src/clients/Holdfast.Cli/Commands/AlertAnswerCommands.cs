using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What people say of alerts: that nobody is to be told for a while, and that somebody has taken one in hand.</summary>
internal static class AlertAnswerCommands
{
    private const string Silences = "holdfast/v1/alerts/silences";

    public static Command CreateSilence(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var rule = new Option<string?>("--rule") { Description = "Only alerts of this rule" };
        var member = new Option<string?>("--member") { Description = "Only alerts of this member" };
        var all = new Option<bool>("--all") { Description = "All alerts, where no rule and no member is named" };
        var length = new Option<string>("--for") { Description = "How long: seconds, or 30min, 2h, 1d; 30 days at most", Required = true };
        var comment = Comment();
        var command = new Command("silence", "Tell nobody of some alerts for a while, such as during work on a member. They are looked for and shown all the same; what still fires when the silence ends is told then") { scope, rule, member, all, length, comment };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            context,
            parsed,
            parsed.GetValue(scope),
            HttpMethod.Post,
            Silences,
            JsonSerializer.Serialize(
                new AlertSilenceBody
                {
                    Rule = parsed.GetValue(rule),
                    Member = parsed.GetValue(member),
                    All = parsed.GetValue(all) ? true : null,
                    For = parsed.GetValue(length) ?? "",
                    Comment = parsed.GetValue(comment),
                },
                ApiJson.Wire.AlertSilenceBody),
            cancellationToken));
        return command;
    }

    public static Command CreateSilences(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var format = Parts.Format();
        var command = new Command("silences", "Show the silences that hold now") { scope, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await client.ReadAsync("holdfast/v1/alerts", ApiJson.Wire.AlertList, cancellationToken);
            await (parsed.GetValue(format) == OutputFormat.Pretty && list.Silences.Count == 0
                ? context.Console.Output.WriteLineAsync("There are no silences.")
                : context.Console.Output.WriteAsync(TableOf(list).In(parsed.GetValue(format))));
            return 0;
        });
        return command;
    }

    public static Command CreateUnsilence(CommandContext context)
    {
        var id = new Argument<string>("ID") { Description = "Of the silence, as 'holdfast alerts silences' shows it" };
        var scope = Parts.OptionalCluster();
        var command = new Command("unsilence", "End a silence before its time") { id, scope };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            context, parsed, parsed.GetValue(scope), HttpMethod.Delete, $"{Silences}/{Uri.EscapeDataString(parsed.GetValue(id) ?? "")}", null, cancellationToken));
        return command;
    }

    public static Command CreateAcknowledge(CommandContext context)
    {
        var id = new Argument<string>("ID") { Description = "Of the alert, as 'holdfast alerts' shows it" };
        var scope = Parts.OptionalCluster();
        var comment = Comment();
        var command = new Command("acknowledge", "Say that you have taken an alert in hand: nobody else is told of it until it is over. When it fires again, it needs another word") { id, scope, comment };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            context,
            parsed,
            parsed.GetValue(scope),
            HttpMethod.Post,
            "holdfast/v1/alerts/acknowledge",
            JsonSerializer.Serialize(new AlertAcknowledgeBody { Alert = parsed.GetValue(id) ?? "", Comment = parsed.GetValue(comment) }, ApiJson.Wire.AlertAcknowledgeBody),
            cancellationToken));
        return command;
    }

    private static Option<string?> Comment() => new("--comment") { Description = "Why, for those who read it later" };

    private static async Task<int> ChangeAsync(
        CommandContext context, ParseResult parsed, string? scope, HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var client = context.Open(parsed, scope);
        var answer = await client.ChangeAnywhereAsync(method, path, body, cancellationToken);
        await context.Console.Output.WriteLineAsync(answer.Body);
        return 0;
    }

    private static Table TableOf(AlertList list)
    {
        string[] keys = ["Id", "Rule", "Member", "Until", "By", "Comment"];
        return new("", [.. keys.Select(key => new Column(key, false))], keys, [.. list.Silences.Select(silence => (IReadOnlyList<JsonNode?>)
        [
            silence.Id, silence.Rule ?? "all", silence.Member ?? "all", silence.EndsAt.ToString("u", CultureInfo.InvariantCulture), silence.By, silence.Comment,
        ])]);
    }
}
