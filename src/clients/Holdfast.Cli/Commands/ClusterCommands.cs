using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>The clusters that have a store in common.</summary>
internal static class ClusterCommands
{
    public static Command Create(CommandContext context)
    {
        var format = Parts.Format();
        var command = new Command("clusters", "Show every cluster that is in the same store under the same namespace: how it is, who leads, who is lost") { format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, null);
            var list = await client.ReadAsync("holdfast/v1/clusters", ApiJson.Wire.ClusterList, cancellationToken);
            if (list.Note is { } note)
            {
                await context.Console.Error.WriteLineAsync(note);
            }

            var isPretty = parsed.GetValue(format) == OutputFormat.Pretty;
            await context.Console.Output.WriteAsync(TableOf(list, isPretty).In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    private static Table TableOf(ClusterList list, bool isPretty)
    {
        string[] keys = isPretty
            ? ["Cluster", "State", "Engine", "Leader", "Members", "Lost", "Lag in bytes", "To apply", "Approval", "Alerts", "What"]
            : ["scope", "state", "engine", "leader", "members", "lost", "worst_lag_bytes", "worst_backlog", "awaits_approval", "alerts", "sentence"];
        return new("", [.. keys.Select((key, index) => new Column(key, index is 4 or 6 or 7 or 9))], keys, [.. list.Clusters.Select(cluster => (IReadOnlyList<JsonNode?>)
        [
            cluster.Scope, cluster.Verdict.Level, cluster.Engine, cluster.Leader, JsonValue.Create(cluster.Members), string.Join(',', cluster.Lost),
            cluster.WorstLagBytes is { } lag ? JsonValue.Create(lag) : null, cluster.WorstBacklog is { } backlog ? JsonValue.Create(backlog) : null,
            cluster.AwaitsApproval, JsonValue.Create(cluster.Alerts), cluster.Verdict.Sentence,
        ])]);
    }
}
