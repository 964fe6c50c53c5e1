using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast router status</c>: where a running router takes clients, and why.</summary>
internal static class RouterCommands
{
    public const string Name = "router";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static Command CreateStatus(CommandContext context)
    {
        var format = Parts.Format();
        var command = new Command(
            "status", "Show where the router takes clients, and why. Its address is router.api of the configuration, or --api. Status 1 when a cluster has no primary.") { format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = parsed.GetValue(context.Global.Api) is { Length: > 0 } stated
                ? new Uri(stated)
                : context.Access.RouterPages(parsed.GetValue(context.Global.Configuration));
            var status = await AskAsync(address, cancellationToken);
            await PrintAsync(context, status, parsed.GetValue(format));
            return status.Clusters.All(cluster => cluster.Primary is not null) ? 0 : 1;
        });
        return command;
    }

    private static async Task<RouterStatus> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Limit };
        try
        {
            return await http.GetFromJsonAsync(new Uri(address, "/status"), ApiJson.Wire.RouterStatus, cancellationToken)
                ?? throw new CommandFailedException($"{address} answers, and is no router");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or NotSupportedException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CommandFailedException($"The router at {address} cannot be asked: {exception.Message}. Does it run, and is router.api its address?");
        }
    }

    private static async Task PrintAsync(CommandContext context, RouterStatus status, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            await context.Console.Output.WriteLineAsync(JsonSerializer.Serialize(status, ApiJson.Wire.RouterStatus));
            return;
        }

        foreach (var cluster in status.Clusters)
        {
            await context.Console.Output.WriteAsync(Table(cluster).In(format));
            if (format == OutputFormat.Pretty)
            {
                await context.Console.Output.WriteLineAsync(Sentence(cluster));
            }
        }
    }

    private static Table Table(RoutedClusterStatus cluster) => new(
        $"Cluster: {cluster.Scope} (term {cluster.Term}, mode {cluster.Mode})",
        [new("Member", false), new("Address", false), new("Role", false), new("Takes", false), new("Connections", true), new("Breaker", false), new("Lag (bytes)", true), new("Lag (s)", true), new("Why", false)],
        ["member", "address", "role", "takes", "connections", "breaker", "lag_bytes", "lag_seconds", "reason"],
        [.. cluster.Members.Select(Row)]);

    private static IReadOnlyList<JsonNode?> Row(RoutedMemberStatus member) =>
    [
        member.Name,
        member.Address,
        member.Role,
        (member.TakesWrites, member.TakesReads) switch { (true, _) => "writes", (_, true) => "reads", _ => "nothing" },
        member.Connections,
        member.Breaker,
        member.LagBytes,
        member.LagSeconds is { } lag ? lag.ToString("0.0", CultureInfo.InvariantCulture) : null,
        member.Reason,
    ];

    private static string Sentence(RoutedClusterStatus cluster)
    {
        var writes = cluster.Primary is { } primary
            ? $"Writes on {string.Join(", ", cluster.ReadWrite)} go to {primary}"
            : $"Writes go nowhere: {cluster.Reason}";
        var route = cluster.LastRouteMs is { } milliseconds ? string.Create(CultureInfo.InvariantCulture, $"; after the last change of leader the first byte took {milliseconds:0.0} ms") : "";
        return $"{writes}. {cluster.Connections} connections, {cluster.Held} waiting{route}.";
    }
}
