using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What clients meet, as every member's end-to-end probe has measured it, against the objective.</summary>
internal static class SloCommand
{
    private static readonly string[] Keys =
        ["member", "state", "objective", "availability_1h", "availability_1d", "availability_30d", "budget_left", "burn_rate_1h", "last_outage_since", "last_outage_seconds", "longest_outage_seconds", "lost_writes", "write_p99_seconds", "trouble"];

    private static readonly Column[] Columns =
    [
        new("Member", false), new("State", false), new("Objective", true), new("1 h", true), new("1 d", true), new("30 d", true), new("Budget left", true),
        new("Burn rate", true), new("Last outage", false), new("Longest", true), new("Lost writes", true), new("Write p99", true),
    ];

    public static Command Create(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var format = Parts.Format();
        var command = new Command("slo", "Show how available the cluster is to its clients, and what is left of the error budget") { scope, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var cluster = await client.ReadClusterAsync(cancellationToken);
            var probes = new List<(string Member, ProbeStatus Probe)>();
            foreach (var member in cluster.Members)
            {
                var status = await client.ReadMemberAsync(member, "holdfast/v1/status", ApiJson.Wire.HoldfastStatus, cancellationToken);
                if (status?.Probe is { } probe)
                {
                    probes.Add((member.Name, probe));
                }
            }

            if (probes.Count == 0)
            {
                throw new CommandFailedException("No member that answers has a probe (section probe of its configuration)");
            }

            await context.Console.Output.WriteAsync(parsed.GetValue(format) is OutputFormat.Pretty or OutputFormat.Topology ? ForPeople(cluster, probes) : ForPrograms(probes).In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    private static string ForPeople(ClusterOverview cluster, List<(string Member, ProbeStatus Probe)> probes)
    {
        var table = new Table($" Cluster: {cluster.Scope} ", Columns, [.. Columns.Select(column => column.Heading)], [.. probes.Select(found => RowOf(found.Member, found.Probe))]);
        return table.In(OutputFormat.Pretty) + string.Concat(probes.Where(found => found.Probe.Trouble is not null).Select(found => $" {found.Member}: {found.Probe.Trouble}\n"));
    }

    private static IReadOnlyList<JsonNode?> RowOf(string member, ProbeStatus probe) =>
    [
        member,
        probe.State,
        Percent(probe.Objective),
        Percent(probe.Availability1h),
        Percent(probe.Availability1d),
        Percent(probe.Availability30d),
        Percent(probe.BudgetLeft),
        probe.BurnRate1h.ToString("0.0", CultureInfo.InvariantCulture),
        probe.LastOutage is { } outage ? string.Create(CultureInfo.InvariantCulture, $"{outage.Since:u}, {outage.Seconds:0.0} s{(outage.IsOver ? "" : " so far")}") : "none",
        string.Create(CultureInfo.InvariantCulture, $"{probe.LongestOutageSeconds:0.0} s"),
        JsonValue.Create(probe.LostWrites),
        probe.WriteP99Seconds is { } slow ? string.Create(CultureInfo.InvariantCulture, $"{slow * 1000:0.#} ms") : null,
    ];

    private static Table ForPrograms(List<(string Member, ProbeStatus Probe)> probes) => new(
        "",
        [.. Keys.Select(key => new Column(key, false))],
        Keys,
        [
            .. probes.Select(found => (IReadOnlyList<JsonNode?>)
            [
                found.Member, found.Probe.State, found.Probe.Objective, found.Probe.Availability1h, found.Probe.Availability1d, found.Probe.Availability30d, found.Probe.BudgetLeft, found.Probe.BurnRate1h,
                found.Probe.LastOutage?.Since.ToString("O", CultureInfo.InvariantCulture), found.Probe.LastOutage?.Seconds, found.Probe.LongestOutageSeconds, found.Probe.LostWrites, found.Probe.WriteP99Seconds, found.Probe.Trouble,
            ]),
        ]);

    private static string? Percent(double? part) => part is { } known ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(known * 1e5) / 1e3:0.000} %") : null;
}
