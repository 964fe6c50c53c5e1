using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>Changes the leader: planned with <c>switchover</c>, forced upon a cluster with <c>failover</c>.</summary>
internal static class SwitchoverCommand
{
    private const string Switchover = "switchover";
    private const string Failover = "failover";

    public static Command CreateSwitchover(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var leader = new Option<string?>("--leader", "--primary") { Description = "The name of the current leader" };
        var candidate = new Option<string?>("--candidate") { Description = "The name of the candidate" };
        var scheduled = new Option<string?>("--scheduled") { Description = "Timestamp of a scheduled switchover in unambiguous format (e.g. ISO 8601)" };
        var force = Parts.Force();
        var dryRun = Parts.DryRun();
        var command = new Command(Switchover, "Switchover to a replica") { scope, leader, candidate, scheduled, force, dryRun };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            parsed,
            parsed.GetValue(scope),
            new(Switchover, parsed.GetValue(leader), parsed.GetValue(candidate), parsed.GetValue(scheduled), parsed.GetValue(force), parsed.GetValue(dryRun)),
            cancellationToken));
        return command;
    }

    public static Command CreateFailover(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var candidate = new Option<string?>("--candidate") { Description = "The name of the candidate" };
        var force = Parts.Force();
        var dryRun = Parts.DryRun();
        var command = new Command(Failover, "Failover to a replica") { scope, candidate, force, dryRun };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            parsed,
            parsed.GetValue(scope),
            new(Failover, null, parsed.GetValue(candidate), null, parsed.GetValue(force), parsed.GetValue(dryRun)),
            cancellationToken));
        return command;
    }

    private sealed record Wish(string Action, string? Leader, string? Candidate, string? Scheduled, bool Force, bool DryRun);

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, string? scope, Wish wish, CancellationToken cancellationToken)
    {
        using var client = context.Open(parsed, scope);
        var console = context.Console;
        var cluster = await client.ReadClusterAsync(cancellationToken);
        await console.Output.WriteLineAsync("Current cluster topology");
        await console.Output.WriteAsync(await ListCommand.TableAsync(client, cluster, OutputFormat.Pretty, false, cancellationToken));

        var leader = cluster.Members.FirstOrDefault(member => member.IsLeader);
        var completed = await CompleteAsync(client, context, cluster, leader, wish, cancellationToken);
        var plan = Plan(cluster, leader, completed);
        if (wish.DryRun)
        {
            await console.Output.WriteLineAsync($"Would {plan}");
            return 0;
        }

        if (!wish.Force && !console.Confirms($"Are you sure you want to {plan}?"))
        {
            throw new CommandFailedException(completed.Scheduled is null ? $"Aborting {wish.Action}" : $"Aborting scheduled {wish.Action}");
        }

        var through = leader is null ? cluster.Members.Where(member => member.Name == completed.Candidate) : [leader, .. cluster.Members.Where(member => member != leader)];
        var answer = await client.ChangeThroughAsync(through, HttpMethod.Post, wish.Action, Body(completed), null, cancellationToken)
            ?? throw new CommandFailedException("Can not find accessible cluster member");
        return await ReportAsync(client, context, wish.Action, answer, cancellationToken);
    }

    private static async Task<Wish> CompleteAsync(
        ClusterClient client, CommandContext context, ClusterOverview cluster, ClusterMember? leader, Wish wish, CancellationToken cancellationToken)
    {
        var completed = wish;
        if (wish.Action == Switchover)
        {
            completed = completed with { Leader = ChooseLeader(context.Console, cluster, leader, wish) };
        }

        var candidates = cluster.Members.Where(member => member != leader && !IsTaggedNoFailover(member)).Select(member => member.Name).Order(StringComparer.Ordinal).ToList();
        completed = completed with { Candidate = ChooseCandidate(context.Console, cluster, leader, candidates, wish) };
        if (wish.Action == Switchover)
        {
            return completed with { Scheduled = await ChooseTimeAsync(client, context, wish, cancellationToken) };
        }

        WarnOfAsynchronous(context.Console, cluster, completed);
        return completed;
    }

    private static string ChooseLeader(CliConsole console, ClusterOverview cluster, ClusterMember? leader, Wish wish)
    {
        if (leader is null)
        {
            throw new CommandFailedException("This cluster has no leader");
        }

        var chosen = wish.Leader ?? (wish.Force || wish.DryRun ? leader.Name : console.Ask("Primary", leader.Name));
        return chosen == leader.Name ? chosen : throw new CommandFailedException($"Member {chosen} is not the leader of cluster {cluster.Scope}");
    }

    private static string? ChooseCandidate(CliConsole console, ClusterOverview cluster, ClusterMember? leader, List<string> candidates, Wish wish)
    {
        if (candidates.Count == 0)
        {
            throw new CommandFailedException($"No candidates found to {wish.Action} to");
        }

        var chosen = wish.Candidate ?? (wish.Force || wish.DryRun ? "" : console.Ask($"Candidate [{string.Join(", ", candidates.Select(name => $"'{name}'"))}]", ""));
        return (chosen, wish.Action) switch
        {
            ("", Failover) => throw new CommandFailedException("Failover could be performed only to a specific candidate"),
            ("", _) => null,
            _ when candidates.Contains(chosen) => chosen,
            _ when chosen == leader?.Name => throw new CommandFailedException($"Member {chosen} is already the leader of cluster {cluster.Scope}"),
            _ => throw new CommandFailedException($"Member {chosen} does not exist in cluster {cluster.Scope} or is tagged as nofailover"),
        };
    }

    private static async Task<string?> ChooseTimeAsync(ClusterClient client, CommandContext context, Wish wish, CancellationToken cancellationToken)
    {
        var nextHour = context.Time.GetLocalNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
        var asked = wish.Scheduled ?? (wish.Force || wish.DryRun ? null : context.Console.Ask($"When should the switchover take place (e.g. {nextHour} ) ", "now"));
        if (ScheduledTime.Parse(asked) is not { } at)
        {
            return null;
        }

        var cluster = await client.ReadClusterAsync(cancellationToken);
        return cluster.Pause == true ? throw new CommandFailedException("Can't schedule switchover in the paused state") : at;
    }

    private static void WarnOfAsynchronous(CliConsole console, ClusterOverview cluster, Wish wish)
    {
        var isSynchronous = cluster.Members.Any(member => member.Role is "sync_standby" or "quorum_standby");
        var isSafe = cluster.Members.Any(member => member.Name == wish.Candidate && member.Role is "sync_standby" or "quorum_standby");
        if (!wish.Force && !wish.DryRun && isSynchronous && !isSafe
            && !console.Confirms($"Are you sure you want to failover to the asynchronous node {wish.Candidate}?"))
        {
            throw new CommandFailedException($"Aborting {wish.Action}");
        }
    }

    private static string Plan(ClusterOverview cluster, ClusterMember? leader, Wish wish)
    {
        var demoting = leader is null ? "" : $", demoting current leader {leader.Name}";
        return wish.Scheduled is { } at
            ? $"schedule switchover of cluster {cluster.Scope} at {at}{demoting}"
            : $"{wish.Action} cluster {cluster.Scope}{demoting}";
    }

    private static string Body(Wish wish) => JsonSerializer.Serialize(
        new SwitchoverBody { Leader = wish.Leader, Candidate = wish.Candidate, ScheduledAt = wish.Scheduled },
        ApiJson.Wire.SwitchoverBody);

    private static async Task<int> ReportAsync(ClusterClient client, CommandContext context, string action, Answer answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccess)
        {
            var result = answer.Body.Contains("status unknown", StringComparison.OrdinalIgnoreCase) ? "result unknown" : "failed";
            await context.Console.Output.WriteLineAsync($"{char.ToUpperInvariant(action[0])}{action[1..]} {result}, details: {answer.Status}, {answer.Body}");
            return 0;
        }

        var now = context.Time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss.fffff", CultureInfo.InvariantCulture);
        await context.Console.Output.WriteLineAsync($"{now} {answer.Body}");
        var after = await client.ReadClusterAsync(cancellationToken);
        await context.Console.Output.WriteAsync(await ListCommand.TableAsync(client, after, OutputFormat.Pretty, false, cancellationToken));
        return 0;
    }

    private static bool IsTaggedNoFailover(ClusterMember member) =>
        member.Tags is { ValueKind: JsonValueKind.Object } tags
        && ((tags.TryGetProperty("nofailover", out var flag) && flag.ValueKind == JsonValueKind.True)
            || (tags.TryGetProperty("failover_priority", out var priority) && priority.ValueKind == JsonValueKind.Number && priority.GetDouble() <= 0));
}
