using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What is asked of single members: reload, reinit, flush.</summary>
internal static class MemberCommands
{
    private const int LoopWaitSecondsDefault = 10;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public static Command CreateReload(CommandContext context)
    {
        var scope = Parts.Cluster();
        var members = Parts.Members();
        var role = Parts.Role();
        var force = Parts.Force();
        var command = new Command("reload", "Reload cluster member configuration") { scope, members, role, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetRequiredValue(scope));
            var chosen = await ChooseAsync(client, context, parsed.GetValue(members) ?? [], parsed.GetValue(role), parsed.GetValue(force), "reload", cancellationToken);
            var loopWait = await LoopWaitAsync(client, cancellationToken);
            foreach (var member in chosen)
            {
                var answer = await client.AskMemberAsync(member, HttpMethod.Post, "reload", null, null, cancellationToken);
                await context.Console.Output.WriteLineAsync(answer.Status switch
                {
                    200 => $"No changes to apply on member {member.Name}",
                    202 => $"Reload request received for member {member.Name} and will be processed within {loopWait} seconds",
                    _ => $"Failed: reload for member {member.Name}, status code={answer.Status}, ({answer.Body})",
                });
            }

            return 0;
        });
        return command;
    }

    public static Command CreateReinit(CommandContext context)
    {
        var scope = Parts.Cluster();
        var members = Parts.Members();
        var force = Parts.Force();
        var wait = Parts.Wait("Wait until reinitialization completes");
        var fromLeader = new Option<bool>("--from-leader") { Description = "Copy from the leader" };
        var dryRun = Parts.DryRun();
        var command = new Command("reinit", "Reinitialize cluster member") { scope, members, force, wait, fromLeader, dryRun };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetRequiredValue(scope));
            var isForced = parsed.GetValue(force);
            var isDry = parsed.GetValue(dryRun);
            var chosen = await ChooseAsync(client, context, parsed.GetValue(members) ?? [], MemberRole.Replica, isForced || isDry, "reinitialize", cancellationToken);
            if (isDry)
            {
                await context.Console.Output.WriteLineAsync($"Would reinitialize members {Members.Names(chosen)}: their data directories are set aside and copied anew");
                return 0;
            }

            var body = new ReinitializeBody { Force = isForced, FromLeader = parsed.GetValue(fromLeader) };
            var started = new List<ClusterMember>();
            foreach (var member in chosen)
            {
                if (await ReinitializeAsync(client, context.Console, member, body, cancellationToken))
                {
                    started.Add(member);
                }
            }

            if (parsed.GetValue(wait))
            {
                await WaitForCopiesAsync(client, context, started, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    public static Command CreateFlush(CommandContext context)
    {
        var scope = Parts.Cluster();
        var rest = new Argument<string[]>("[MEMBER...] restart|switchover") { Description = "What is to be forgotten; for restart, of which members", Arity = ArgumentArity.OneOrMore };
        rest.Validators.Add(result =>
        {
            if (result.Tokens is [.., { Value: not ("restart" or "switchover") } last])
            {
                result.AddError($"'{last.Value}' is not one of restart, switchover");
            }
        });
        var role = Parts.Role();
        var force = Parts.Force();
        var command = new Command("flush", "Discard scheduled events") { scope, rest, role, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetRequiredValue(scope));
            var words = parsed.GetRequiredValue(rest);
            if (words[^1] == "switchover")
            {
                return await FlushSwitchoverAsync(client, context, cancellationToken);
            }

            var chosen = await ChooseAsync(client, context, words[..^1], parsed.GetValue(role), parsed.GetValue(force), "flush", cancellationToken);
            foreach (var member in chosen)
            {
                await context.Console.Output.WriteLineAsync(await FlushRestartAsync(client, member, cancellationToken));
            }

            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ClusterMember>> ChooseAsync(
        ClusterClient client, CommandContext context, IReadOnlyList<string> named, MemberRole role, bool force, string action, CancellationToken cancellationToken)
    {
        var cluster = await client.ReadClusterAsync(cancellationToken);
        await context.Console.Output.WriteAsync(await ListCommand.TableAsync(client, cluster, OutputFormat.Pretty, false, cancellationToken));
        var chosen = Members.Choose(context.Console, cluster, named, role, force, action);
        return force || context.Console.Confirms($"Are you sure you want to {action} members {Members.Names(chosen)}?")
            ? chosen
            : throw new CommandFailedException($"Aborted {action}");
    }

    private static async Task<int> LoopWaitAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        var answer = await client.ReadAnywhereAsync("config", cancellationToken);
        return answer.IsSuccess && JsonNode.Parse(answer.Body)?["loop_wait"] is JsonValue value && value.TryGetValue<int>(out var seconds) ? seconds : LoopWaitSecondsDefault;
    }

    private static async Task<bool> ReinitializeAsync(
        ClusterClient client, CliConsole console, ClusterMember member, ReinitializeBody body, CancellationToken cancellationToken)
    {
        var answer = await client.AskMemberAsync(member, HttpMethod.Post, "reinitialize", JsonSerializer.Serialize(body, ApiJson.Wire.ReinitializeBody), null, cancellationToken);
        await console.Output.WriteLineAsync(answer.IsSuccess
            ? $"Success: reinitialize for member {member.Name}"
            : $"Failed: reinitialize for member {member.Name}, status code={answer.Status}, ({answer.Body})");
        var mayInsist = !answer.IsSuccess && !body.Force && answer.Body.EndsWith(" already in progress", StringComparison.Ordinal);
        return mayInsist && console.Confirms("Do you want to cancel it and reinitialize anyway?")
            ? await ReinitializeAsync(client, console, member, body with { Force = true }, cancellationToken)
            : answer.IsSuccess;
    }

    private static async Task WaitForCopiesAsync(ClusterClient client, CommandContext context, List<ClusterMember> waiting, CancellationToken cancellationToken)
    {
        if (waiting.Count > 0)
        {
            await context.Console.Error.WriteLineAsync($"Waiting for reinitialize to complete on: {Members.Names(waiting)}");
        }

        while (waiting.Count > 0)
        {
            await Task.Delay(LookEvery, context.Time, cancellationToken);
            foreach (var member in waiting.ToList())
            {
                var status = await client.ReadMemberAsync(member, "patroni", ApiJson.Wire.MemberStatus, cancellationToken);
                if (status is { State: "running" or "starting" or "start failed" })
                {
                    await context.Console.Output.WriteLineAsync($"Reinitialize is completed on: {member.Name}");
                    waiting.Remove(member);
                }
            }
        }
    }

    private static async Task<string> FlushRestartAsync(ClusterClient client, ClusterMember member, CancellationToken cancellationToken)
    {
        if (member.ScheduledRestart is null)
        {
            return $"No scheduled restart for member {member.Name}";
        }

        var answer = await client.AskMemberAsync(member, HttpMethod.Delete, "restart", null, null, cancellationToken);
        return answer.IsSuccess
            ? $"Success: flush scheduled restart for member {member.Name}"
            : string.Create(CultureInfo.InvariantCulture, $"Failed: flush scheduled restart for member {member.Name}, status code={answer.Status}, ({answer.Body})");
    }

    private static async Task<int> FlushSwitchoverAsync(ClusterClient client, CommandContext context, CancellationToken cancellationToken)
    {
        var cluster = await client.ReadClusterAsync(cancellationToken);
        if (cluster.ScheduledSwitchover is null)
        {
            await context.Console.Output.WriteLineAsync("No pending scheduled switchover");
            return 0;
        }

        var answer = await client.ChangeThroughAsync(Members.LeaderFirst(cluster), HttpMethod.Delete, "switchover", null, null, cancellationToken)
            ?? throw new CommandFailedException($"Could not find any accessible member of cluster {cluster.Scope}");
        await context.Console.Output.WriteLineAsync(answer.Status is 200 or 404
            ? $"{(answer.Status == 200 ? "Success" : "Failed")}: {answer.Body}"
            : $"Failed: status_code={answer.Status}, ({answer.Body})");
        return 0;
    }
}
