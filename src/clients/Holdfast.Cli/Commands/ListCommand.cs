using System.CommandLine;
using System.Globalization;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>Shows the members, once or again and again.</summary>
internal static class ListCommand
{
    private static readonly TimeSpan WatchDefault = TimeSpan.FromSeconds(2);

    public static Command CreateList(CommandContext context)
    {
        var clusters = new Argument<string[]>("SCOPE") { Description = "Clusters; the configuration's own if none is named", Arity = ArgumentArity.ZeroOrMore };
        var extended = new Option<bool>("--extended", "-e") { Description = "Show some extra information" };
        var timestamp = new Option<bool>("--timestamp", "-t") { Description = "Print timestamp" };
        var format = Parts.Format();
        var watch = new WatchOptions();
        var command = new Command("list", "List the members of a cluster") { clusters, extended, timestamp, format, watch.Every, watch.EveryTwoSeconds };
        command.SetAction((parsed, cancellationToken) => watch.RepeatAsync(parsed, context, async () =>
        {
            if (parsed.GetValue(timestamp))
            {
                await context.Console.Output.WriteLineAsync(context.Time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            }

            await PrintAsync(context, parsed, parsed.GetValue(clusters), parsed.GetValue(format), parsed.GetValue(extended), cancellationToken);
        }, cancellationToken));
        return command;
    }

    public static Command CreateTopology(CommandContext context)
    {
        var clusters = new Argument<string[]>("SCOPE") { Description = "Clusters; the configuration's own if none is named", Arity = ArgumentArity.ZeroOrMore };
        var watch = new WatchOptions();
        var command = new Command("topology", "Show who streams from whom") { clusters, watch.Every, watch.EveryTwoSeconds };
        command.SetAction((parsed, cancellationToken) => watch.RepeatAsync(
            parsed,
            context,
            () => PrintAsync(context, parsed, parsed.GetValue(clusters), OutputFormat.Topology, false, cancellationToken),
            cancellationToken));
        return command;
    }

    /// <summary>The table as other verbs show it before they ask.</summary>
    public static async Task<string> TableAsync(
        ClusterClient client, ClusterOverview cluster, OutputFormat format, bool isExtended, CancellationToken cancellationToken)
    {
        var member = ClusterClient.Parse(await client.ReadAnywhereAsync("patroni", cancellationToken), ApiJson.Wire.MemberStatus);
        return MemberTable.Print(cluster, member.DatabaseSystemIdentifier, format, isExtended);
    }

    private static async Task PrintAsync(
        CommandContext context, ParseResult parsed, string[]? named, OutputFormat format, bool isExtended, CancellationToken cancellationToken)
    {
        if (named is not { Length: > 0 })
        {
            await PrintClusterAsync(context, parsed, null, format, isExtended, cancellationToken);
        }

        foreach (var scope in named ?? [])
        {
            await PrintClusterAsync(context, parsed, scope, format, isExtended, cancellationToken);
        }
    }

    private static async Task PrintClusterAsync(
        CommandContext context, ParseResult parsed, string? scope, OutputFormat format, bool isExtended, CancellationToken cancellationToken)
    {
        using var client = context.Open(parsed, scope);
        var cluster = await client.ReadClusterAsync(cancellationToken);
        await context.Console.Output.WriteAsync(await TableAsync(client, cluster, format, isExtended, cancellationToken));
    }

    /// <summary>How often a picture is drawn again.</summary>
    private sealed class WatchOptions
    {
        public Option<double?> Every { get; } = new("--watch", "-w") { Description = "Auto update the screen every X seconds", HelpName = "SECONDS" };

        public Option<bool> EveryTwoSeconds { get; } = new("-W") { Description = "Auto update the screen every 2 seconds" };

        public async Task<int> RepeatAsync(ParseResult parsed, CommandContext context, Func<Task> draw, CancellationToken cancellationToken)
        {
            var every = parsed.GetValue(Every) is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds)
                : parsed.GetValue(EveryTwoSeconds) ? WatchDefault
                : (TimeSpan?)null;
            do
            {
                if (every is not null && context.Console.IsInteractive)
                {
                    await context.Console.Output.WriteAsync("\u001b[2J\u001b[H");
                }

                await draw();
                if (every is { } pause)
                {
                    await Task.Delay(pause, context.Time, cancellationToken);
                }
            }
            while (every is not null);
            return 0;
        }
    }
}
