using System.Diagnostics;
using Holdfast.Exports.Grafana;
using Xunit;

namespace Holdfast.Exports.Tests;

/// <summary>What Grafana's own published types say of a dashboard, asked of the TypeScript compiler.</summary>
public sealed class GrafanaSchemaTests : IDisposable
{
    private static readonly string Schema = Repository.File("test/Holdfast.Exports.Tests/GrafanaSchema");
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-grafana-").FullName;

    [Fact]
    public async Task Grafanas_schema_has_nothing_against_what_is_exported()
    {
        var (status, said) = await CheckAsync(ClusterDashboard.Write(), FleetDashboard.Write());

        Assert.True(status == 0, said);
    }

    [Theory]
    [InlineData("\"gridPos\"", "\"gridPosition\"", "gridPosition")]
    [InlineData("\"colorMode\": \"background\"", "\"colorMode\": \"backdrop\"", "backdrop")]
    [InlineData("\"showHeader\"", "\"showsHeader\"", "showsHeader")]
    [InlineData("\"sort\": \"desc\"", "\"sort\": \"down\"", "down")]
    [InlineData("\"unit\"", "\"units\"", "units")]
    [InlineData("\"expr\"", "\"query\"", "query")]
    [InlineData("\"type\": \"timeseries\"", "\"type\": \"timeline\"", "timeline")]
    [InlineData("\"type\": \"value\"", "\"type\": \"values\"", "values")]
    [InlineData("\"schemaVersion\": ", "\"schema\": ", "schema")]
    public async Task Grafanas_schema_refuses_what_is_a_little_wrong(string right, string wrong, string named)
    {
        var dashboard = ClusterDashboard.Write();
        Assert.Contains(right, dashboard, StringComparison.Ordinal);

        var (status, said) = await CheckAsync(dashboard.Replace(right, wrong, StringComparison.Ordinal));

        Assert.NotEqual(0, status);
        Assert.Contains(named, said, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private async Task<(int Status, string Said)> CheckAsync(params string[] dashboards)
    {
        var compiler = Path.Combine(Schema, "node_modules/.bin/tsc");
        Assert.SkipUnless(File.Exists(compiler), "Grafana's published schema is not there: it needs Node.js 20 or later, npm and its registry; './run test' fetches it");
        await File.WriteAllTextAsync(Path.Combine(directory, "tsconfig.json"), $$"""{"extends": "{{Schema}}/tsconfig.json", "include": ["*.ts"]}""", TestContext.Current.CancellationToken);
        for (var index = 0; index < dashboards.Length; index++)
        {
            await File.WriteAllTextAsync(
                Path.Combine(directory, $"dashboard{index}.ts"),
                $"import type {{ GrafanaDashboard }} from \"{Schema}/dashboard\";\nexport const dashboard: GrafanaDashboard = {dashboards[index]};",
                TestContext.Current.CancellationToken);
        }

        using var process = Process.Start(new ProcessStartInfo(compiler, ["--project", directory]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("the TypeScript compiler did not start");
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }
}
