using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>Restarts members' databases, now or later, under conditions.</summary>
internal static class RestartCommand
{
    public static Command Create(CommandContext context)
    {
        var scope = Parts.Cluster();
        var members = Parts.Members();
        var role = Parts.Role();
        var any = new Option<bool>("--any") { Description = "Restart a single member only" };
        var scheduled = new Option<string?>("--scheduled") { Description = "Timestamp of a scheduled restart in unambiguous format (e.g. ISO 8601)" };
        var version = new Option<string?>("--pg-version") { Description = "Restart if the PostgreSQL version is less than provided (e.g. 15.2)" };
        var pending = new Option<bool>("--pending") { Description = "Restart if pending" };
        var timeout = new Option<string?>("--timeout") { Description = "Return error and fail over if necessary when restarting takes longer than this" };
        var force = Parts.Force();
        var dryRun = Parts.DryRun();
        var command = new Command("restart", "Restart cluster member") { scope, members, role, any, scheduled, version, pending, timeout, force, dryRun };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            parsed,
            new(
                parsed.GetRequiredValue(scope),
                parsed.GetValue(members) ?? [],
                parsed.GetValue(role),
                parsed.GetValue(any),
                parsed.GetValue(scheduled),
                parsed.GetValue(version),
                parsed.GetValue(pending),
                parsed.GetValue(timeout),
                parsed.GetValue(force),
                parsed.GetValue(dryRun)),
            cancellationToken));
        return command;
    }

    private sealed record Wish(
        string Scope, IReadOnlyList<string> Members, MemberRole Role, bool Any, string? Scheduled, string? Version, bool Pending, string? Timeout, bool Force, bool DryRun);

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, Wish wish, CancellationToken cancellationToken)
    {
        using var client = context.Open(parsed, wish.Scope);
        var console = context.Console;
        var cluster = await client.ReadClusterAsync(cancellationToken);
        await console.Output.WriteAsync(await ListCommand.TableAsync(client, cluster, OutputFormat.Pretty, false, cancellationToken));

        var members = Members.Choose(console, cluster, wish.Members, wish.Role, wish.Force, "restart");
        var asks = !wish.Force && !wish.DryRun;
        var nextHour = context.Time.GetLocalNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
        var at = ScheduledTime.Parse(wish.Scheduled ?? (asks ? console.Ask($"When should the restart take place (e.g. {nextHour}) ", "now") : null));
        members = Narrow(members, wish, at);
        if (wish.DryRun)
        {
            await console.Output.WriteLineAsync(at is null ? $"Would restart members {Members.Names(members)}" : $"Would schedule restart of members {Members.Names(members)} at {at}");
            return 0;
        }

        Confirm(console, members, wish, at);
        var version = wish.Version ?? (asks ? console.Ask("Restart if the PostgreSQL version is less than provided (e.g. 9.5.2) ", "") : "");
        if (at is not null && cluster.Pause == true)
        {
            throw new CommandFailedException("Can't schedule restart in the paused state");
        }

        var body = JsonSerializer.Serialize(
            new RestartBody { RestartPending = wish.Pending ? true : null, PostgresVersion = version.Length > 0 ? version : null, Timeout = wish.Timeout, Schedule = at },
            ApiJson.Wire.RestartBody);
        foreach (var member in members)
        {
            await RestartAsync(client, console, member, body, wish.Force && at is not null, cancellationToken);
        }

        return 0;
    }

    // Whether a scheduled restart is still needed is judged when its time has come, so nobody is left out of it now.
    private static IReadOnlyList<ClusterMember> Narrow(IReadOnlyList<ClusterMember> members, Wish wish, string? at)
    {
        var pending = wish.Pending && at is null ? [.. members.Where(member => member.PendingRestart == true)] : members;
        return wish.Any ? [.. pending.Take(1)] : pending;
    }

    private static void Confirm(CliConsole console, IReadOnlyList<ClusterMember> members, Wish wish, string? at)
    {
        var question = (at, wish.Pending) switch
        {
            (null, _) => $"Are you sure you want to restart members {Members.Names(members)}?",
            (_, true) => "The nodes needing a restart will be identified at the scheduled time, and might be different from the ones showing pending restart right now. Is this fine?",
            _ => $"Are you sure you want to schedule restart of members {Members.Names(members)} at {at}?",
        };
        if (!wish.Force && !console.Confirms(question))
        {
            throw new CommandFailedException(at is null ? "Aborted restart" : "Aborted scheduled restart");
        }
    }

    private static async Task RestartAsync(
        ClusterClient client, CliConsole console, ClusterMember member, string body, bool replaces, CancellationToken cancellationToken)
    {
        if (replaces && member.ScheduledRestart is not null)
        {
            await client.AskMemberAsync(member, HttpMethod.Delete, "restart", null, null, cancellationToken);
        }

        var answer = await client.AskMemberAsync(member, HttpMethod.Post, "restart", body, null, cancellationToken);
        await console.Output.WriteLineAsync(answer.Status switch
        {
            200 => $"Success: restart on member {member.Name}",
            202 => $"Success: restart scheduled on member {member.Name}",
            409 => $"Failed: another restart is already scheduled on member {member.Name}",
            _ => $"Failed: restart for member {member.Name}, status code={answer.Status}, ({answer.Body})",
        });
    }
}
