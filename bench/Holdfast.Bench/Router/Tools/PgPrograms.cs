using System.Globalization;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Databases;

namespace Holdfast.Bench.Router.Tools;

/// <summary>PostgreSQL's client programs, pointed at a server or at a proxy before one.</summary>
internal sealed class PgPrograms(int port, string password, TimeProvider time)
{
    private const string Database = "postgres";
    private readonly string directory = PostgresPrograms.FindDirectory();

    /// <summary>For one run of a program.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(3);

    private Dictionary<string, string> Environment => new()
    {
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["PGUSER"] = ClusterPlan.Superuser,
        ["PGPASSWORD"] = password,
        ["PGSSLMODE"] = "disable",
        ["PGGSSENCMODE"] = "disable",
    };

    /// <summary>Makes pgbench's tables; a scale is 100,000 accounts.</summary>
    public async Task FillAsync(int scale, CancellationToken stopping) =>
        (await RunAsync("pgbench", ["-i", "-q", "-s", scale.ToString(CultureInfo.InvariantCulture), Database], stopping)).Required("pgbench -i");

    /// <summary>Runs it to its end, which some clients may not live to see.</summary>
    public async Task<PgbenchRun> BenchAsync(IReadOnlyList<string> options, CancellationToken stopping) =>
        PgbenchRun.Parse(await RunAsync("pgbench", ["-n", .. options, Database], stopping));

    public async Task DiscardAsync(string statement, CancellationToken stopping) =>
        (await RunAsync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-c", statement, Database], stopping)).Required("psql");

    private Task<ToolRun> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken stopping) =>
        ToolRun.RunAsync([Path.Combine(directory, program), .. arguments], Environment, Limit, time, stopping);
}
