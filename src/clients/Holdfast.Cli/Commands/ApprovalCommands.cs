using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What people are asked, and their answers: approvals, approve, reject.</summary>
internal static class ApprovalCommands
{
    private const string Path = "holdfast/v1/approvals";

    public static Command CreateList(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var format = Parts.Format();
        var command = new Command("approvals", "Show whether somebody is asked to approve a failover: the candidate and why, what would be lost at worst, until when") { scope, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await ReadAsync(client, cancellationToken);
            await context.Console.Output.WriteAsync(parsed.GetValue(format) == OutputFormat.Pretty ? Words(list) : TableOf(list).In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    public static Command CreateApprove(CommandContext context) =>
        CreateAnswer(context, "approve", "Let the candidate lead. An answer that comes too late, twice, or for an earlier loss does nothing but say so.");

    public static Command CreateReject(CommandContext context) =>
        CreateAnswer(context, "reject", "Do not let the candidate lead: an operator names who does, or the lost leader comes back.");

    private static Command CreateAnswer(CommandContext context, string verb, string description)
    {
        var scope = Parts.OptionalCluster();
        var id = new Argument<string?>("ID") { Description = "Of the request, as 'holdfast approvals' shows it; the open one if none is named", Arity = ArgumentArity.ZeroOrOne };
        var comment = new Option<string?>("--comment") { Description = "Why, for those who read it later" };
        var force = Parts.Force();
        var command = new Command(verb, description) { scope, id, comment, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await ReadAsync(client, cancellationToken);
            if (!parsed.GetValue(force))
            {
                await context.Console.Output.WriteAsync(Words(list));
                if (!context.Console.Confirms($"Are you sure you want to {verb} that?"))
                {
                    throw new CommandFailedException("Aborted: nothing was answered");
                }
            }

            var body = new ApprovalBody { Comment = parsed.GetValue(comment) };
            var answer = await client.ChangeAnywhereAsync(
                HttpMethod.Post, $"{Path}/{Uri.EscapeDataString(parsed.GetValue(id) ?? "open")}/{verb}",
                JsonSerializer.Serialize(body, ApiJson.Wire.ApprovalBody), cancellationToken);
            await context.Console.Output.WriteLineAsync(answer.Body);
            return 0;
        });
        return command;
    }

    private static Task<ApprovalList> ReadAsync(ClusterClient client, CancellationToken cancellationToken) =>
        client.ReadAsync(Path, ApiJson.Wire.ApprovalList, cancellationToken);

    private static string Words(ApprovalList list)
    {
        if (list.Approvals.Count == 0)
        {
            return $"Nobody is asked to approve anything; failover.strategy is {list.Strategy}.\n";
        }

        var text = new StringBuilder();
        foreach (var request in list.Approvals)
        {
            Line($"Request {request.Id}: {request.State}{(request.Outcome is { } outcome ? $" ({outcome})" : "")}");
            Line($"  {request.Reason} (term {request.Term}).");
            Line($"  {request.Candidate} would lead: {request.Choice}.");
            Line($"  Worst loss: {request.WorstLoss}.");
            if (request.LagBytes is { } bytes)
            {
                Line($"  Behind: {bytes} bytes{(request.LagSeconds is { } seconds ? FormattableString.Invariant($"; its newest transaction is {seconds:0.0} s old") : "")}.");
            }

            foreach (var other in request.RunnersUp)
            {
                Line($"  Not {other.Name}: {other.Why}.");
            }

            Line($"  Asked at {request.AskedAt:u}{(request.ExpiresAt is { } until ? $", to be answered until {until:u}" : "")}; {request.Votes.Count(vote => vote.Approves)} of {request.ApproversNeeded} approvals.");
            foreach (var vote in request.Votes)
            {
                Line($"  {vote.By} has {(vote.Approves ? "approved" : "rejected")} at {vote.At:u}{(vote.Comment is { } comment ? $": {comment}" : "")}");
            }
        }

        return text.ToString();

        void Line(string words) => text.Append(words).Append('\n');
    }

    private static Table TableOf(ApprovalList list)
    {
        string[] keys = ["id", "state", "candidate", "worst_loss", "lag_bytes", "lag_seconds", "expires_at", "term", "former", "reason", "choice", "asked_at", "approvals", "approvers_needed", "outcome"];
        return new(
            "",
            [.. keys.Select(key => new Column(key, false))],
            keys,
            [.. list.Approvals.Select(Row)])
        { OmitsEmpty = false };
    }

    private static List<JsonNode?> Row(ApprovalStatus request) =>
    [
        request.Id, request.State, request.Candidate, request.WorstLoss,
        request.LagBytes is { } bytes ? JsonValue.Create(bytes) : null,
        request.LagSeconds is { } seconds ? JsonValue.Create(seconds) : null,
        request.ExpiresAt?.ToString("o", CultureInfo.InvariantCulture), JsonValue.Create(request.Term), request.Former, request.Reason, request.Choice,
        request.AskedAt.ToString("o", CultureInfo.InvariantCulture),
        JsonValue.Create(request.Votes.Count(vote => vote.Approves)), JsonValue.Create(request.ApproversNeeded), request.Outcome,
    ];
}
