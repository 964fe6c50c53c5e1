using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Configuration.Tests;

/// <summary>The section <c>probe</c>.</summary>
public sealed class ProbeTests
{
    private const string Router = "router: {read_write: '*:5000', api: '127.0.0.1:8010'}\n";
    private const string Login = "username: canary, password: hidden";

    [Fact]
    public void Without_the_section_nobody_probes() => Assert.Null(Configurations.Valid(Configurations.Smallest + Router).Probe);

    [Fact]
    public void Whoever_may_log_in_is_enough_beside_a_router()
    {
        var probe = Configurations.Valid($"{Configurations.Smallest}{Router}probe: {{{Login}}}").Probe!;

        Assert.Equal(new HostPort("127.0.0.1", 5000), probe.Endpoint);
        Assert.Equal(("postgres", TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), 99.95m), (probe.Database, probe.Interval, probe.Timeout, probe.ObjectivePercent));
        Assert.DoesNotContain("hidden", probe.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_its_own_needs_no_router_here()
    {
        var probe = Configurations.Valid(
            $"{Configurations.Smallest}probe: {{{Login}, endpoint: 'db.example:6000', database: app, interval: 2s, timeout: 500ms, objective: 99.9 %, sslmode: verify-full, sslrootcert: ca.pem}}").Probe!;

        Assert.Equal(new HostPort("db.example", 6000), probe.Endpoint);
        Assert.Equal(("app", TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(500), 99.9m), (probe.Database, probe.Interval, probe.Timeout, probe.ObjectivePercent));
        Assert.Equal((ProbeTlsMode.VerifyFull, "ca.pem"), (probe.Tls, probe.CaFile));
    }

    [Fact]
    public void The_environment_may_hold_the_password()
    {
        var probe = Configurations.Valid($"{Configurations.Smallest}{Router}probe: {{username: canary}}", ("HOLDFAST_PROBE_PASSWORD", "hidden")).Probe!;

        Assert.Equal("hidden", probe.Login.Password);
    }

    [Theory]
    [InlineData(Login, "probe.endpoint: this agent has no router for its cluster")]
    [InlineData("endpoint: 'a:1', username: canary", "probe.password: is missing")]
    [InlineData("endpoint: 'a:1', password: hidden", "probe.username: is missing")]
    [InlineData($"{Login}, endpoint: '0.0.0.0:1'", "probe.endpoint: '0.0.0.0:1' is not an address that the other members can reach")]
    [InlineData($"{Login}, endpoint: 'a:1', objective: 100", "probe.objective: '100' is not a percentage below 100")]
    [InlineData($"{Login}, endpoint: 'a:1', objective: 0", "probe.objective: '0' is not a percentage below 100")]
    [InlineData($"{Login}, endpoint: 'a:1', interval: 1ms", "probe.interval: '1ms' is not a number of seconds from 0.05 to 60")]
    [InlineData($"{Login}, endpoint: 'a:1', timeout: 0", "probe.timeout: '0' is not a number of seconds from 0.1 to 60")]
    [InlineData($"{Login}, endpoint: 'a:1', sslrootcert: ca.pem", "probe.sslrootcert: is not looked at in this mode")]
    [InlineData($"{Login}, endpoint: 'a:1', intervall: 1", "probe.intervall: is not a known key; did you mean 'interval'?")]
    public void A_mistake_is_named_with_its_place_and_shows_no_secret(string section, string words)
    {
        var problems = Configurations.Parse($"{Configurations.Smallest}probe: {{{section}}}").Problems.Select(problem => problem.ToString()).ToArray();

        Assert.Contains(words, Assert.Single(problems), StringComparison.Ordinal);
        Assert.DoesNotContain(problems, problem => problem.Contains("hidden", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ConfigurationPurpose.CommandLine)]
    [InlineData(ConfigurationPurpose.Router)]
    public void A_mistake_in_it_stops_nobody_but_the_agent(ConfigurationPurpose purpose) =>
        Assert.False(Configurations.Parse($"{Configurations.Smallest}{Router}probe: {{intervall: 1}}", purpose).HasErrors);

    [Fact]
    public void The_section_that_the_manual_shows_is_taken_without_a_complaint()
    {
        var page = File.ReadAllText(Path.GetFullPath(Path.Combine(Here(), "..", "..", "docs", "probe.md")));
        var section = Regex.Match(page, "```yaml\n(router:.*?)```", RegexOptions.Singleline).Groups[1].Value;

        var result = Configurations.Parse(Configurations.Smallest + section);

        Assert.Equal([], result.Problems.Select(problem => problem.ToString()));
        Assert.NotNull(result.Configuration!.Probe);
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
