using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What goes on, and why: status, explain, history, version, dsn.</summary>
internal static class StatusCommands
{
    private const int DecisionsDefault = 20;

    public static Command CreateStatus(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var format = Parts.Format();
        var command = new Command("status", "Show who leads, by which term, whether the fences stand, and what is wrong") { scope, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var cluster = await client.ReadClusterAsync(cancellationToken);
            var rows = new List<IReadOnlyList<JsonNode?>>();
            var notes = new StringBuilder();
            foreach (var member in cluster.Members)
            {
                var status = await client.ReadMemberAsync(member, "holdfast/v1/status", ApiJson.Wire.HoldfastStatus, cancellationToken);
                rows.Add(StatusRow(member, status));
                AppendNotes(notes, member, status);
            }

            var table = new Table(
                $" Cluster: {cluster.Scope}{(cluster.Pause == true ? " (paused)" : "")} ",
                [new("Member", false), new("Role", false), new("State", false), new("Lease", false), new("Term", true), new("Fences", false), new("Store age", true), new("Job", false), new("Last decision", false)],
                ["Member", "Role", "State", "Lease", "Term", "Fences", "Store age ms", "Job", "Last decision"],
                rows);
            await context.Console.Output.WriteAsync(table.In(parsed.GetValue(format)));
            if (parsed.GetValue(format) == OutputFormat.Pretty)
            {
                await context.Console.Output.WriteAsync(notes.ToString());
            }

            return 0;
        });
        return command;
    }

    public static Command CreateExplain(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var member = new Argument<string?>("MEMBER") { Description = "Whose decisions; the leader's if none is named", Arity = ArgumentArity.ZeroOrOne };
        var count = new Option<int>("--last", "-n") { Description = "How many decisions", DefaultValueFactory = _ => DecisionsDefault };
        var inputs = new Option<bool>("--inputs", "-i") { Description = "Show what the decisions were made from" };
        var format = Parts.Format();
        var command = new Command("explain", "Show why a member did, or did not do, something") { scope, member, count, inputs, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var cluster = await client.ReadClusterAsync(cancellationToken);
            var asked = Whose(cluster, parsed.GetValue(member));
            var list = await client.ReadMemberAsync(asked, "holdfast/v1/decisions", ApiJson.Wire.DecisionList, cancellationToken)
                ?? throw new CommandFailedException($"Member {asked.Name} does not tell its decisions");
            var shown = list.Decisions.TakeLast(Math.Max(0, parsed.GetValue(count))).ToList();
            await context.Console.Output.WriteAsync(parsed.GetValue(format) == OutputFormat.Pretty
                ? Words(shown, parsed.GetValue(inputs))
                : DecisionTable(shown).In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    public static Command CreateHistory(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var format = Parts.Format();
        var command = new Command("history", "Show the history of failovers/switchovers") { scope, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var lines = await client.ReadAsync("history", ApiJson.Wire.JsonElementArray, cancellationToken);
            string[] keys = ["TL", "LSN", "Reason", "Timestamp", "New Leader"];
            var table = new Table("", [.. keys.Select(key => new Column(key, key is "TL" or "LSN"))], keys, [.. lines.Select(line => HistoryRow(line, keys.Length))]) { OmitsEmpty = false };
            await context.Console.Output.WriteAsync(table.In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    public static Command CreateVersion(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var members = Parts.Members();
        var command = new Command("version", "Output version of this command, and of the members of a cluster") { scope, members };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await context.Console.Output.WriteLineAsync($"holdfast version {context.Version}");
            if (parsed.GetValue(scope) is not { } named)
            {
                return 0;
            }

            await context.Console.Output.WriteLineAsync();
            using var client = context.Open(parsed, named);
            var asked = parsed.GetValue(members) ?? [];
            foreach (var member in (await client.ReadClusterAsync(cancellationToken)).Members.Where(member => asked.Length == 0 || asked.Contains(member.Name)))
            {
                await context.Console.Output.WriteLineAsync(await VersionAsync(client, member, cancellationToken));
            }

            return 0;
        });
        return command;
    }

    public static Command CreateDsn(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var role = Parts.Role();
        role.DefaultValueFactory = _ => MemberRole.Leader;
        var member = new Option<string?>("--member", "-m") { Description = "Generate a dsn for this member" };
        var command = new Command("dsn", "Generate a dsn for the provided member, defaults to a dsn of the leader") { scope, role, member };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var name = parsed.GetValue(member);
            if (name is not null && parsed.GetResult(role) is { Implicit: false })
            {
                throw new CommandFailedException("--role and --member are mutually exclusive options");
            }

            var cluster = await client.ReadClusterAsync(cancellationToken);
            var found = name is null
                ? Members.With(parsed.GetValue(role), cluster).FirstOrDefault(candidate => candidate.Host is not null)
                : cluster.Members.FirstOrDefault(candidate => candidate.Name == name);
            await context.Console.Output.WriteLineAsync(found is { Host: { } host, Port: { } port }
                ? string.Create(CultureInfo.InvariantCulture, $"host={host} port={port}")
                : throw new CommandFailedException("Can not find a suitable member"));
            return 0;
        });
        return command;
    }

    private static List<JsonNode?> StatusRow(ClusterMember member, HoldfastStatus? status) => status is null
        ? [member.Name, member.Role, $"{member.State} (does not answer)", null, null, null, null, null, null]
        :
        [
            status.Name, status.Role, status.State,
            status switch { { HoldsLease: true, FenceInMs: { } left } => string.Create(CultureInfo.InvariantCulture, $"held, fence in {left / 1000d:0.0} s"), { Leader: { } leader } => $"held by {leader}", _ => "nobody's" },
            status.Term is { } term ? JsonValue.Create(term) : null,
            string.Join(' ', status.Fences.Select(fence => $"{fence.Key}:{(fence.Value ? "ready" : "BROKEN")}")),
            JsonValue.Create(status.Store.AgeMs),
            status.Job is { State: "running" } job ? $"{job.Kind}: {job.Progress}" : null,
            status.Decision?.Reason,
        ];

    private static void AppendNotes(StringBuilder notes, ClusterMember member, HoldfastStatus? status)
    {
        foreach (var note in status is null ? [] : status.Warnings.Concat(status.Trouble is { } trouble ? [trouble] : []))
        {
            notes.Append(CultureInfo.InvariantCulture, $" {member.Name}: {note}\n");
        }
    }

    private static ClusterMember Whose(ClusterOverview cluster, string? name)
    {
        var found = name is null ? Members.LeaderFirst(cluster).FirstOrDefault() : cluster.Members.FirstOrDefault(member => member.Name == name);
        return found ?? throw new CommandFailedException(name is null ? $"{cluster.Scope} cluster doesn't have any members" : $"{name} is not a member of cluster");
    }

    private static string Words(List<DecisionEntry> decisions, bool withInputs)
    {
        var text = new StringBuilder();
        foreach (var decision in decisions)
        {
            var repeats = decision.Repeats > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({decision.Repeats} times)") : "";
            text.Append(CultureInfo.InvariantCulture, $"{decision.At}  {decision.Concern}: {decision.Reason} [{decision.Rule}]{repeats}\n");
            foreach (var action in decision.Actions)
            {
                text.Append(CultureInfo.InvariantCulture, $"    -> {action}\n");
            }

            if (withInputs && decision.Inputs.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"    from {decision.Inputs}\n");
            }
        }

        return text.ToString();
    }

    private static Table DecisionTable(List<DecisionEntry> decisions)
    {
        string[] keys = ["At", "Concern", "Rule", "Reason", "Actions", "Inputs", "Repeats"];
        return new(
            "",
            [.. keys.Select(key => new Column(key, false))],
            keys,
            [.. decisions.Select(decision => (IReadOnlyList<JsonNode?>)[decision.At, decision.Concern, decision.Rule, decision.Reason, string.Join("; ", decision.Actions), decision.Inputs, decision.Repeats])]);
    }

    private static List<JsonNode?> HistoryRow(JsonElement line, int length)
    {
        var cells = line.EnumerateArray().Select(cell => JsonNode.Parse(cell.GetRawText())).Take(length).ToList();
        return [.. cells, .. Enumerable.Repeat<JsonNode?>("", length - cells.Count)];
    }

    private static async Task<string> VersionAsync(ClusterClient client, ClusterMember member, CancellationToken cancellationToken)
    {
        if (await client.ReadMemberAsync(member, "patroni", ApiJson.Wire.MemberStatus, cancellationToken) is not { } status)
        {
            return $"{member.Name}: failed to get version: it is not accessible";
        }

        var own = await client.ReadMemberAsync(member, "holdfast/v1/status", ApiJson.Wire.HoldfastStatus, cancellationToken);
        var software = own is null ? "Patroni" : "Holdfast";
        return $"{member.Name}: {software} {status.Patroni.Version}{(status.ServerVersion is { } number ? $" PostgreSQL {DatabaseVersion(number)}" : "")}";
    }

    private static string DatabaseVersion(int number) => number >= 100000
        ? string.Create(CultureInfo.InvariantCulture, $"{number / 10000}.{number % 10000}")
        : string.Create(CultureInfo.InvariantCulture, $"{number / 10000}.{number / 100 % 100}.{number % 100}");
}
