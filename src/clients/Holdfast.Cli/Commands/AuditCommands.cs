using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What was done to a cluster, by whom and when: audit, audit verify.</summary>
internal static class AuditCommands
{
    private const int EntriesDefault = 50;

    public static Command Create(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var count = new Option<int>("--last", "-n") { Description = "How many entries", DefaultValueFactory = _ => EntriesDefault };
        var lines = new Option<bool>("--lines") { Description = "All entries as JSON lines, for keeping elsewhere: the store keeps the last 200, and of logins and refused requests the last 100" };
        var format = Parts.Format();
        var command = new Command("audit", "Show what was done to the cluster, by whom and when: changes of leader, approvals, changed settings, operators' requests, logins and what was refused") { scope, count, lines, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await ReadAsync(client, cancellationToken);
            if (parsed.GetValue(lines))
            {
                foreach (var entry in InOrder(list))
                {
                    await context.Console.Output.WriteLineAsync(JsonSerializer.Serialize(entry, ApiJson.Wire.AuditEntry));
                }

                return 0;
            }

            var isPretty = parsed.GetValue(format) == OutputFormat.Pretty;
            await context.Console.Output.WriteAsync(TableOf([.. InOrder(list).TakeLast(Math.Max(0, parsed.GetValue(count))).Select(entry => AuditPhases.WithRoute(list.Entries, entry))], isPretty).In(parsed.GetValue(format)));
            return 0;
        });
        command.Add(CreateVerify(context));
        return command;
    }

    private static Command CreateVerify(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var command = new Command("verify", "Check that no entry was changed, left out or put in between. Prints the last seal: keep it elsewhere, and a shortened trail shows too") { scope };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await ReadAsync(client, cancellationToken);
            if ((AuditChain.ProblemOf(list.Entries) ?? AuditChain.ProblemOf(list.Attempts)) is { } problem)
            {
                throw new CommandFailedException(problem);
            }

            await context.Console.Output.WriteLineAsync(Whole("Entries", "Entry", list.Entries) ?? "There are no entries.");
            if (Whole("Logins and refused requests", "Login or refused request", list.Attempts) is { } attempts)
            {
                await context.Console.Output.WriteLineAsync(attempts);
            }

            return 0;
        });
        return command;
    }

    private static string? Whole(string many, string one, IReadOnlyList<AuditEntry> chain) => chain switch
    {
        [] => null,
        [var only] => string.Create(CultureInfo.InvariantCulture, $"{one} {only.Number} is whole. Its seal is {only.Seal}"),
        [var first, .., var last] => string.Create(CultureInfo.InvariantCulture, $"{many} {first.Number} to {last.Number} are whole. The last seal is {last.Seal}"),
    };

    private static IEnumerable<AuditEntry> InOrder(AuditList list) => list.Entries.Concat(list.Attempts).OrderBy(entry => entry.At);

    private static Task<AuditList> ReadAsync(ClusterClient client, CancellationToken cancellationToken) =>
        client.ReadAsync("holdfast/v1/audit", ApiJson.Wire.AuditList, cancellationToken);

    private static Table TableOf(List<AuditEntry> entries, bool isPretty)
    {
        string[] keys = isPretty ? ["Number", "At", "Kind", "Who", "What", "Details"] : ["number", "at", "kind", "who", "what", "details"];
        return new(
            "",
            [.. keys.Select((key, index) => new Column(key, index == 0))],
            keys,
            [.. entries.Select(entry => (IReadOnlyList<JsonNode?>)
            [
                JsonValue.Create(entry.Number), entry.At.ToString(isPretty ? "u" : "o", CultureInfo.InvariantCulture), entry.Kind, entry.Who, entry.What,
                entry.Details is { } details ? string.Join("; ", details.Where(detail => detail.Value.Length > 0).Select(detail => $"{detail.Key}: {detail.Value}")) : null,
            ])]);
    }
}
