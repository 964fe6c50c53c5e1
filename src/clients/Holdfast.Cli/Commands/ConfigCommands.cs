using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>Shows and edits the cluster's dynamic configuration.</summary>
internal static class ConfigCommands
{
    public static Command CreateShow(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var command = new Command("show-config", "Show cluster configuration") { scope };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            await client.ReadClusterAsync(cancellationToken);
            var (configuration, _) = await ReadAsync(client, cancellationToken);
            await context.Console.Output.WriteAsync(YamlText.Block(configuration));
            return 0;
        });
        return command;
    }

    public static Command CreateEdit(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Do not show changes" };
        var set = new Option<string[]>("--set", "-s") { Description = "Set specific configuration value. Can be specified multiple times", HelpName = "KEY=VALUE" };
        var pg = new Option<string[]>("--pg", "-p") { Description = "Set specific PostgreSQL parameter value, or MySQL variable. Shorthand for -s postgresql.parameters or -s mysql.parameters. Can be specified multiple times", HelpName = "NAME=VALUE" };
        var apply = new Option<string?>("--apply") { Description = "Apply configuration from file. Use - for stdin.", HelpName = "FILE" };
        var replace = new Option<string?>("--replace") { Description = "Apply configuration from file, replacing existing configuration. Use - for stdin.", HelpName = "FILE" };
        var force = Parts.Force();
        var dryRun = Parts.DryRun();
        var command = new Command("edit-config", "Edit cluster configuration") { scope, quiet, set, pg, apply, replace, force, dryRun };
        command.SetAction((parsed, cancellationToken) => EditAsync(
            context,
            parsed,
            new(
                parsed.GetValue(scope),
                parsed.GetValue(quiet),
                parsed.GetValue(set) ?? [],
                parsed.GetValue(pg) ?? [],
                parsed.GetValue(apply),
                parsed.GetValue(replace),
                parsed.GetValue(force),
                parsed.GetValue(dryRun)),
            cancellationToken));
        return command;
    }

    private sealed record Wish(string? Scope, bool Quiet, IReadOnlyList<string> Pairs, IReadOnlyList<string> Parameters, string? Apply, string? Replace, bool Force, bool DryRun);

    private static async Task<int> EditAsync(CommandContext context, ParseResult parsed, Wish wish, CancellationToken cancellationToken)
    {
        using var client = context.Open(parsed, wish.Scope);
        var console = context.Console;
        var cluster = await client.ReadClusterAsync(cancellationToken);
        var (before, tag) = await ReadAsync(client, cancellationToken);
        var engine = cluster.Members.Any(member => member.GroupState is not null) ? "mysql" : "postgresql";
        wish = wish with { Pairs = [.. wish.Pairs, .. wish.Parameters.Select(pair => $"{engine}.parameters.{pair.TrimStart()}")] };
        var after = await ChangeAsync(console, cluster.Scope, before, wish, cancellationToken);
        if (JsonNode.DeepEquals(before, after))
        {
            await SayAsync(console, wish, "Not changed\n");
            return 0;
        }

        await SayAsync(console, wish, UnifiedDiff.Between(YamlText.Block(before), YamlText.Block(after)));
        if (wish.DryRun)
        {
            return 0;
        }

        if ((wish.Apply == "-" || wish.Replace == "-") && !wish.Force)
        {
            await console.Output.WriteLineAsync("Use --force option to apply changes");
            return 0;
        }

        if (!wish.Force && !console.Confirms("Apply these changes?"))
        {
            return 0;
        }

        var answer = await client.ChangeThroughAsync(Members.LeaderFirst(cluster), HttpMethod.Put, "config", JsonLine.Compact(after), tag, cancellationToken)
            ?? throw new CommandFailedException("Can not find accessible cluster member");
        var failure = answer.Status switch
        {
            < 400 => null,
            409 or 412 => "Config modification aborted due to concurrent changes",
            _ => $"The change was refused, status code={answer.Status}, ({answer.Body})",
        };
        if (failure is not null)
        {
            throw new CommandFailedException(failure);
        }

        await console.Output.WriteLineAsync("Configuration changed");
        return 0;
    }

    private static async Task<JsonObject> ChangeAsync(CliConsole console, string scope, JsonObject before, Wish wish, CancellationToken cancellationToken)
    {
        var isStated = wish.Replace is not null || wish.Apply is not null || wish.Pairs.Count > 0;
        if (!isStated)
        {
            return YamlDocument.ReadMapping(await Editor.EditAsync(console, scope, YamlText.Block(before), cancellationToken));
        }

        var after = (JsonObject)before.DeepClone();
        if (wish.Replace is { } replacement)
        {
            after = [];
            ConfigurationEdits.Merge(after, YamlDocument.ReadMapping(await ReadFileAsync(console, replacement, cancellationToken)));
        }

        if (wish.Apply is { } patch)
        {
            ConfigurationEdits.Merge(after, YamlDocument.ReadMapping(await ReadFileAsync(console, patch, cancellationToken)));
        }

        foreach (var pair in wish.Pairs)
        {
            ConfigurationEdits.Set(after, pair);
        }

        return after;
    }

    private static async Task<(JsonObject Configuration, string? Tag)> ReadAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        var answer = await client.ReadAnywhereAsync("config", cancellationToken);
        return answer.IsSuccess && JsonNode.Parse(answer.Body) is JsonObject configuration
            ? (configuration, answer.Tag)
            : throw new CommandFailedException($"The config key does not exist in the cluster {client.Scope}");
    }

    private static async Task<string> ReadFileAsync(CliConsole console, string file, CancellationToken cancellationToken)
    {
        try
        {
            return file == "-" ? await console.Input.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{file} cannot be read: {exception.Message}");
        }
    }

    private static Task SayAsync(CliConsole console, Wish wish, string text) => wish.Quiet ? Task.CompletedTask : console.Output.WriteAsync(text);
}
