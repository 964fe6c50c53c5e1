using System.CommandLine;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;

namespace Holdfast.Cli.Commands;

/// <summary>Turns automatic failover off for the time of maintenance, and on again.</summary>
internal static class PauseCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    public static Command CreatePause(CommandContext context) => Create(context, "pause", "Disable auto failover", "Wait until pause is applied on all nodes", true);

    public static Command CreateResume(CommandContext context) => Create(context, "resume", "Resume auto failover", "Wait until pause is cleared on all nodes", false);

    private static Command Create(CommandContext context, string verb, string description, string waitDescription, bool isPause)
    {
        var scope = Parts.OptionalCluster();
        var wait = Parts.Wait(waitDescription);
        var command = new Command(verb, description) { scope, wait };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var cluster = await client.ReadClusterAsync(cancellationToken);
            if ((cluster.Pause == true) == isPause)
            {
                throw new CommandFailedException($"Cluster is {(isPause ? "already" : "not")} paused");
            }

            var answer = await client.ChangeThroughAsync(
                    Members.LeaderFirst(cluster), HttpMethod.Patch, "config", isPause ? """{"pause": true}""" : """{"pause": null}""", null, cancellationToken)
                ?? throw new CommandFailedException("Can not find accessible cluster member");
            if (!answer.IsSuccess)
            {
                throw new CommandFailedException($"Failed: {verb} cluster management status code={answer.Status}, ({answer.Body})");
            }

            if (parsed.GetValue(wait))
            {
                await context.Console.Error.WriteLineAsync($"'{verb}' request sent, waiting until it is recognized by all nodes");
                await WaitAsync(client, context, cluster, isPause, cancellationToken);
            }

            await context.Console.Output.WriteLineAsync($"Success: cluster management is {verb}d");
            return 0;
        });
        return command;
    }

    private static async Task WaitAsync(ClusterClient client, CommandContext context, ClusterOverview cluster, bool isPause, CancellationToken cancellationToken)
    {
        var remaining = cluster.Members.ToList();
        var started = context.Time.GetTimestamp();
        while (remaining.Count > 0)
        {
            foreach (var member in remaining.ToList())
            {
                var status = await client.ReadMemberAsync(member, "patroni", ApiJson.Wire.MemberStatus, cancellationToken);
                if (status is not null && (status.Pause == true) == isPause)
                {
                    remaining.Remove(member);
                }
            }

            if (remaining.Count > 0 && context.Time.GetElapsedTime(started) > WaitMax)
            {
                throw new CommandFailedException($"{Members.Names(remaining)} members didn't recognized pause state after {WaitMax.TotalSeconds} seconds");
            }

            if (remaining.Count > 0)
            {
                await Task.Delay(LookEvery, context.Time, cancellationToken);
            }
        }
    }
}
