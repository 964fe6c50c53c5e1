using System.Runtime.Versioning;
using Holdfast.Ports.Control;
using Xunit;

namespace Holdfast.Cli.Tests;

public sealed class EditConfigTests
{
    private const string Initial = """{"ttl":30,"loop_wait":10,"postgresql":{"parameters":{"max_connections":100,"archive_mode":"on"},"pg_hba":["local all all trust"]},"slots":{"s1":null}}""";

    private const string Shown = """
        loop_wait: 10
        postgresql:
          parameters:
            archive_mode: 'on'
            max_connections: 100
          pg_hba:
          - local all all trust
        slots:
          s1: null
        ttl: 30

        """;

    private static async Task<Terminal> StartAsync()
    {
        var terminal = await Terminal.StartAsync();
        foreach (var member in terminal.Members)
        {
            member.Control.DynamicConfiguration = Initial;
        }

        return terminal;
    }

    [Fact]
    public async Task Show_config_prints_sorted_yaml()
    {
        await using var terminal = await StartAsync();

        Assert.Equal((0, Shown, ""), await terminal.RunAsync("show-config"));
    }

    [Fact]
    public async Task A_change_is_shown_as_a_diff_and_sent_whole()
    {
        await using var terminal = await StartAsync();

        var (status, output, _) = await terminal.RunAsync("edit-config", "demo", "-s", "ttl=20", "-p", "max_connections=200", "-s", "slots.s1=null", "-p", "pg_stat.max=1", "--force");

        Assert.Equal(0, status);
        Assert.Equal(
            """
            --- 
            +++ 
            @@ -2,9 +2,8 @@
             postgresql:
               parameters:
                 archive_mode: 'on'
            -    max_connections: 100
            +    max_connections: 200
            +    pg_stat.max: 1
               pg_hba:
               - local all all trust
            -slots:
            -  s1: null
            -ttl: 30
            +ttl: 20
            Configuration changed

            """,
            output);
        Assert.Equal(
            """{"ttl":20,"loop_wait":10,"postgresql":{"parameters":{"max_connections":200,"archive_mode":"on","pg_stat.max":1},"pg_hba":["local all all trust"]}}""",
            terminal.A.DynamicConfiguration);
    }

    [Fact]
    public async Task Nothing_is_sent_when_nothing_changes_or_nobody_says_yes()
    {
        await using var terminal = await StartAsync();

        Assert.Equal((0, "Not changed\n", ""), await terminal.RunAsync("edit-config", "-s", "ttl=30"));
        Assert.Equal("Apply these changes? [y/N]: ", (await terminal.AnswerAsync("n\n", "edit-config", "-s", "ttl=20")).Error);
        Assert.Contains("+ttl: 20", (await terminal.RunAsync("edit-config", "-s", "ttl=20", "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Empty(terminal.A.Requests);
    }

    [Fact]
    public async Task A_patch_and_a_replacement_come_from_a_file_or_from_standard_input()
    {
        await using var terminal = await StartAsync();

        var (_, refused, _) = await terminal.AnswerAsync("ttl: 21\n", "edit-config", "--apply", "-", "-q");
        await terminal.AnswerAsync("ttl: 21\nslots: null\nloop_wait: '10'\n", "edit-config", "--apply", "-", "--force");
        var patched = terminal.A.DynamicConfiguration;
        await terminal.AnswerAsync("ttl: 22\nslots:\n  s2: null\n", "edit-config", "--replace", "-", "--force");

        Assert.Equal("Use --force option to apply changes\n", refused);
        Assert.Equal("""{"ttl":21,"loop_wait":10,"postgresql":{"parameters":{"max_connections":100,"archive_mode":"on"},"pg_hba":["local all all trust"]}}""", patched);
        Assert.Equal("""{"ttl":22,"slots":{"s2":null}}""", terminal.A.DynamicConfiguration);
    }

    [Fact]
    public async Task A_change_that_somebody_else_overtook_is_not_applied()
    {
        await using var terminal = await StartAsync();
        terminal.A.Answer = new(ControlOutcome.Conflict, "");

        var (status, _, error) = await terminal.RunAsync("edit-config", "-s", "ttl=20", "--force");

        Assert.Equal((1, "Error: Config modification aborted due to concurrent changes\n"), (status, error));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task The_editor_of_the_operator_is_used_when_no_change_is_stated()
    {
        await using var terminal = await StartAsync();
        var script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, "#!/bin/sh\nsed -i 's/ttl: 30/ttl: 25/' \"$1\"\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            terminal.Environment["EDITOR"] = script;

            var (status, output, _) = await terminal.RunAsync("edit-config", "--force");

            Assert.Equal(0, status);
            Assert.Contains("-ttl: 30\n+ttl: 25\n", output, StringComparison.Ordinal);
            Assert.Contains("\"ttl\":25", terminal.A.DynamicConfiguration, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task The_rules_of_alerts_in_the_manual_are_a_file_that_can_be_applied()
    {
        await using var terminal = await StartAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(Docs(), "alerts.md"), TestContext.Current.CancellationToken);
        var begin = page.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)], TestContext.Current.CancellationToken);

        var (status, _, error) = await terminal.RunAsync("edit-config", "demo", "--apply", file, "--force");
        File.Delete(file);

        Assert.Equal((0, ""), (status, error));
        var reading = Decisions.Configuration.DynamicConfiguration.ToPolicy(terminal.A.DynamicConfiguration!);
        Assert.Empty(reading.Warnings);
        var rules = reading.Policy.AlertRules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        Assert.DoesNotContain("LeaderChanged", rules.Keys);
        Assert.Equal((20, TimeSpan.FromSeconds(30)), (rules["ReplicationLag"].When.Limit, rules["ReplicationLag"].For));
        Assert.True(rules["DiskSpaceCritical"].IsEscalated);
        Assert.Equal("https://wiki.example/backlog", rules["Backlog"].Runbook);
    }

    private static string Docs([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs"));
}
