using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Groups;
using Holdfast.Ports.Control;
using Holdfast.PrometheusPrograms;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Every_line_is_in_Prometheus_format_and_every_sample_has_its_help_and_type_before_it()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Decisions = [new(DateTimeOffset.UnixEpoch, "leadership", "Keep\"Leading\"", "reason", [], "", 1)];

        var lines = (await api.AskAsync("GET", "/metrics")).Body.Split('\n');

        Assert.Equal("", lines[^1]);
        var described = new HashSet<string>();
        var typed = new HashSet<string>();
        foreach (var line in lines[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                Assert.True(described.Add(line.Split(' ')[2]), $"described twice: {line}");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.True(typed.Add(line.Split(' ')[2]), $"typed twice: {line}");
                Assert.EndsWith(line.Split(' ')[2].EndsWith("_total", StringComparison.Ordinal) ? " counter" : " gauge", line, StringComparison.Ordinal);
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.Contains(sample.Groups["name"].Value, described);
                Assert.Contains(sample.Groups["name"].Value, typed);
                Assert.True(double.TryParse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _), line);
            }
        }
    }

    [Fact]
    public async Task Patronis_metrics_have_Patronis_values()
    {
        await using var primary = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        await using var replica = await RunningApi.StartAsync(Views.Replica(RunningApi.Now));

        var ofPrimary = (await primary.AskAsync("GET", "/metrics")).Body;
        var ofReplica = (await replica.AskAsync("GET", "/metrics")).Body;

        Holds(ofPrimary, "patroni_version", "040100");
        Holds(ofPrimary, "patroni_primary", "1");
        Holds(ofPrimary, "patroni_xlog_location", "50331744");
        Holds(ofPrimary, "patroni_postmaster_start_time", "1767323045.678");
        Holds(ofPrimary, "patroni_postgres_server_version", "150018");
        Holds(ofPrimary, "patroni_postgres_timeline", "2");
        Holds(ofPrimary, "patroni_postgres_state", "5");
        Holds(ofPrimary, "patroni_failover_priority", "1");
        Holds(ofPrimary, "patroni_cluster_unlocked", "0");
        Holds(ofPrimary, "holdfast_lease_held", "1");
        Holds(ofPrimary, "holdfast_term", "17");
        Holds(ofReplica, "patroni_primary", "0");
        Holds(ofReplica, "patroni_replica", "1");
        Holds(ofReplica, "patroni_postgres_streaming", "1");
        Holds(ofReplica, "patroni_xlog_replayed_location", "50331744");
        Holds(ofReplica, "holdfast_lease_held", "0");
        Assert.Contains("holdfast_standby_flush_lag_bytes{scope=\"demo\",name=\"a\",standby=\"c\"} 1000\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains("holdfast_fence_ready{scope=\"demo\",name=\"a\",fence=\"guard\"} 1\n", ofPrimary, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Prometheus_own_tool_has_nothing_to_say_of_a_members_page(string member)
    {
        await using var api = await RunningApi.StartAsync(ViewOf(member));
        api.Control.Decisions = [new(DateTimeOffset.UnixEpoch, "Leadership", "KeepLeading", "reason", [], "", 1)];
        api.Control.Figures = Figures;

        await PrometheusProgram.CheckMetricsAsync((await api.AskAsync("GET", "/metrics")).Body);
    }

    public static TheoryData<string> Members { get; } = ["primary", "replica", "before the first turn", "primary of a group", "secondary of a group", "without the store"];

    [Fact]
    public async Task The_columns_of_the_servers_own_views_are_there_by_name()
    {
        await using var primary = await RunningApi.StartAsync(ViewOf("primary"));
        await using var server = await RunningApi.StartAsync(ViewOf("primary of a group"));

        var ofPrimary = (await primary.AskAsync("GET", "/metrics")).Body;
        var ofServer = (await server.AskAsync("GET", "/metrics")).Body;

        const string Standby = "{scope=\"demo\",name=\"a\",application_name=\"c\",client_addr=\"10.0.0.3\"}";
        Assert.Contains("holdfast_pg_stat_replication_state{scope=\"demo\",name=\"a\",application_name=\"c\",client_addr=\"10.0.0.3\",state=\"streaming\",sync_state=\"async\"} 1\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains($"holdfast_pg_stat_replication_sent_lsn{Standby} 50331744\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains($"holdfast_pg_stat_replication_write_lsn{Standby} 50331244\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains($"holdfast_pg_stat_replication_flush_lsn{Standby} 50330744\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains($"holdfast_pg_stat_replication_replay_lsn{Standby} 50329744\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains($"holdfast_pg_stat_replication_lag_bytes{Standby} 2000\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains($"holdfast_pg_stat_replication_replay_lag_seconds{Standby} 1.5\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains(
            "holdfast_group_member{scope=\"demo\",name=\"a\",member_id=\"server-b\",member_host=\"b.example\",member_port=\"3306\",member_state=\"ONLINE\",member_role=\"SECONDARY\",member_version=\"8.4.6\"} 1\n",
            ofServer,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_of_an_idle_primary_is_not_behind_and_one_that_is_stuck_is_further_behind_every_second()
    {
        var now = RunningApi.Now;
        var idle = Views.Primary(now) with { Memory = new() { StartedAt = now, LogEnds = LogEnds.Empty.With(now - TimeSpan.FromHours(1), Views.End) } };
        var stuck = ViewOf("primary")! with
        {
            Memory = new() { StartedAt = now, LogEnds = LogEnds.Empty.With(now - TimeSpan.FromMinutes(3), new(Views.End.Bytes - 3000)).With(now - TimeSpan.FromMinutes(2), Views.End) },
        };
        await using var calm = await RunningApi.StartAsync(idle.WithDatabase(database => database with { Standbys = [new(Views.B, true, false, Views.End) { ReplayPosition = Views.End, SentPosition = Views.End }] }));
        await using var late = await RunningApi.StartAsync(stuck);

        Assert.Contains("replay_lag_seconds{scope=\"demo\",name=\"a\",application_name=\"b\",client_addr=\"\"} 0\n", (await calm.AskAsync("GET", "/metrics")).Body, StringComparison.Ordinal);
        Assert.Matches("replay_lag_seconds\\{[^}]*\"c\"[^}]*\\} 1[0-9]{2}", (await late.AskAsync("GET", "/metrics")).Body);
    }

    [Fact]
    public async Task What_the_agent_has_counted_is_shown()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Figures = Figures;

        var page = (await api.AskAsync("GET", "/metrics")).Body;

        Holds(page, "holdfast_leader_changes_total", "3");
        Holds(page, "holdfast_elections_total", "4");
        Holds(page, "holdfast_store_reachable", "1");
        Assert.Contains("holdfast_last_failover_phase_seconds{scope=\"demo\",name=\"a\",phase=\"promotion\"} 0.75\n", page, StringComparison.Ordinal);
        Assert.Contains("holdfast_last_failover_phase_seconds{scope=\"demo\",name=\"a\",phase=\"route\"} 0.04\n", page, StringComparison.Ordinal);
        Assert.Contains("holdfast_store_failures_total{scope=\"demo\",name=\"a\",operation=\"commit\"} 2\n", page, StringComparison.Ordinal);
        Assert.Contains("holdfast_notifications_dropped_total{scope=\"demo\",name=\"a\",target=\"chat\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("holdfast_decisions_total{scope=\"demo\",name=\"a\",concern=\"Leadership\",rule=\"Promote\"} 2\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manual_says_of_every_metric_what_the_page_says()
    {
        var described = (await File.ReadAllLinesAsync(Manual(), TestContext.Current.CancellationToken)).Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.Contains("_router_", StringComparison.Ordinal)).ToHashSet();
        var shown = new HashSet<string>();
        foreach (var row in Members)
        {
            await using var api = await RunningApi.StartAsync(ViewOf(row.Data));
            api.Control.Decisions = [new(DateTimeOffset.UnixEpoch, "Leadership", "KeepLeading", "reason", [], "", 1)];
            api.Control.Figures = Figures;
            api.Control.Probe = ProbeRecords.Failing;
            shown.UnionWith(Described((await api.AskAsync("GET", "/metrics")).Body));
        }

        Assert.True(shown.IsSubsetOf(described), $"docs/metrics.md lacks:\n{string.Join('\n', shown.Except(described))}");
        Assert.True(described.IsSubsetOf(shown), $"nothing shows, of docs/metrics.md:\n{string.Join('\n', described.Except(shown))}");
    }

    /// <summary>As the manual's tables have it: name, type, unit, and what it is.</summary>
    private static IEnumerable<string> Described(string page)
    {
        var lines = page.Split('\n');
        return from help in lines
               where help.StartsWith("# HELP ", StringComparison.Ordinal)
               let words = help.Split(' ', 4)
               let type = lines.Single(line => line.StartsWith($"# TYPE {words[2]} ", StringComparison.Ordinal)).Split(' ')[3]
               let stem = words[2].EndsWith("_total", StringComparison.Ordinal) ? words[2][..^"_total".Length] : words[2]
               let unit = stem[(stem.LastIndexOf('_') + 1)..] switch { "seconds" or "time" or "timestamp" or "seen" => "s", _ when stem.Contains("_seconds_", StringComparison.Ordinal) => "s", "bytes" or "lsn" or "location" => "bytes", "percent" => "%", _ => "" }
               select $"| `{words[2]}` | {type} | {unit} | {words[3].Replace("|", "\\|", StringComparison.Ordinal)} |";
    }

    private static string Manual([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/metrics.md"));

    private static MemberFigures Figures { get; } = new()
    {
        Leadership = new(4, 3, new(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.75))) { Phases = [("detect", TimeSpan.FromSeconds(1)), ("route", TimeSpan.FromSeconds(0.04))] },
        StoreCalls = [new("commit", 10, 2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.003)) { IsAnswered = true }],
        Notifications = [new("chat", 5, 2, 1, 0)],
        Rules = [new("Leadership", "Promote", 2)],
    };

    private static ClusterView? ViewOf(string member) => member switch
    {
        "primary" => Looking(Views.Primary(RunningApi.Now)).WithDatabase(database => database with
        {
            Standbys =
            [
                new(Views.B, true, true, Views.End) { State = "streaming", SyncState = "sync", SentPosition = Views.End, WritePosition = Views.End, ReplayPosition = Views.End },
                new(Views.C, true, false, new(Views.End.Bytes - 1000))
                {
                    Address = "10.0.0.3",
                    State = "streaming",
                    SyncState = "async",
                    SentPosition = Views.End,
                    WritePosition = new(Views.End.Bytes - 500),
                    ReplayPosition = new(Views.End.Bytes - 2000),
                    ReplayLag = TimeSpan.FromSeconds(1.5),
                },
            ],
        }),
        "replica" => Views.Replica(RunningApi.Now),
        "before the first turn" => null,
        "primary of a group" => Looking(Views.Primary(RunningApi.Now))
            .WithStore(store => store with { Members = [.. store.Members.Select(member => member with { Group = Group($"server-{member.Name}") })] })
            .WithDatabase(database => database with { Standbys = [], Group = Group("server-a") }),
        "secondary of a group" => Views.Replica(RunningApi.Now).WithDatabase(database => database with { Group = Group("server-b") }),
        _ => Views.Primary(RunningApi.Now).WithStore(store => store with { IsKnown = false, Lease = null, Members = [] }),
    };

    /// <summary>It looks for what is worth an alert, and finds something.</summary>
    private static ClusterView Looking(ClusterView view) => view with
    {
        UtcNow = new(2026, 1, 2, 4, 0, 0, TimeSpan.Zero),
        Policy = view.Policy with { SynchronousMode = SynchronousMode.On },
        StoreHealth = new(TimeSpan.FromMilliseconds(3), 0, 0),
        Certificates = new([new("restapi.certfile", new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero))]),
        Probe = new(null, 0.5, 0),
        Store = view.Store with { Sync = new(Views.A, [Views.B]) },
        Memory = view.Memory with
        {
            MembersSeen = ImmutableSortedDictionary<MemberName, TimeSpan>.Empty.Add(Views.B, view.Now).Add(Views.C, view.Now),
            Alerts = new(AlertBoard.Empty.Alerts.Add(
                "ReplicationLag/b",
                new() { Rule = "ReplicationLag", Subject = "b", Severity = AlertSeverity.Warning, Since = view.UtcNow, FiringSince = view.UtcNow, Summary = "b is 61 s behind the primary" })),
        },
    };

    private static GroupView Group(string server) => new()
    {
        ServerId = server,
        State = GroupState.Online,
        Members = [new("server-a", "a.example", 3306, GroupState.Online, true, "8.4.6"), new("server-b", "b.example", 3306, GroupState.Online, false, "8.4.6")],
        Conflicts = 1,
    };

    private static void Holds(string metrics, string name, string value) =>
        Assert.Contains($"\n{name}{{scope=\"demo\",name=\"a\"}} {value}\n", metrics, StringComparison.Ordinal);

    [GeneratedRegex("""^(?<name>[a-z_:][a-z0-9_:]*)\{([a-z_]+="([^"\\\n]|\\.)*",?)*\} (?<value>\S+)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();
}
