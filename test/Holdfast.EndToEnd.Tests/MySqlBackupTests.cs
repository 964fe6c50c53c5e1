using Holdfast.Demo.Cluster;
using static Holdfast.EndToEnd.Tests.MySqlGroup;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A real group is copied while it serves, and a new one is made from the copy.</summary>
[Collection(nameof(OneGroup))]
public sealed class MySqlBackupTests
{
    [Fact]
    public async Task A_backup_of_a_serving_group_becomes_a_new_group_with_what_was_there_when_it_was_taken()
    {
        string backup;
        await using (var group = await StartAsync("source"))
        {
            var primary = await group.LeaderAsync(Stop);
            await AskAsync(primary, group, "CREATE DATABASE kept; CREATE TABLE kept.rows (id int PRIMARY KEY); INSERT INTO kept.rows VALUES (1), (2), (3)");
            backup = await BackUpAsync(group.Members.First(member => member != primary), group);
            await AskAsync(primary, group, "INSERT INTO kept.rows VALUES (4)");
            await group.StopAsync(Stop);
        }

        try
        {
            await using var restored = Create("restored");
            var first = restored.Members[0];
            var words = await HoldfastOn(first, "restore", first.Plan.ConfigurationFile, backup);
            Assert.Contains("restored source as it was at", words, StringComparison.Ordinal);
            Assert.Contains("holds a database", (await CommandLine.HoldfastAsync("restore", first.Plan.ConfigurationFile, backup)).All, StringComparison.Ordinal);

            foreach (var other in restored.Members.Skip(1))
            {
                await MakeFromAsync(other, "/nowhere");
            }

            restored.Start();
            await WholeAsync(restored);
            Assert.Equal(first, await restored.LeaderAsync(Stop));
            await HoldsAsync(restored);
            await restored.StopAsync(Stop);

            await using var another = Create("another");
            foreach (var member in another.Members)
            {
                await MakeFromAsync(member, backup);
            }

            another.Start();
            await WholeAsync(another);
            await HoldsAsync(another);
            await another.StopAsync(Stop);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(backup)!, recursive: true);
        }
    }

    private static async Task HoldsAsync(LoopbackCluster group)
    {
        foreach (var member in group.Members)
        {
            Assert.Equal("rows 3", await AskAsync(member, group, "SELECT CONCAT('rows ', COUNT(*)) FROM kept.rows"));
        }
    }

    /// <summary>Whichever member makes the cluster makes it from the backup, or not at all.</summary>
    private static async Task MakeFromAsync(LoopbackMember member, string backup)
    {
        var text = await File.ReadAllTextAsync(member.Plan.ConfigurationFile, Stop);
        await File.WriteAllTextAsync(member.Plan.ConfigurationFile, text.Replace("\n  group:", $"\n  bootstrap: {{backup: {backup}}}\n  group:", StringComparison.Ordinal), Stop);
    }

    /// <summary>Twice, with room for one: the first one is gone then. What is printed is the backup's directory.</summary>
    private static async Task<string> BackUpAsync(LoopbackMember replica, LoopbackCluster group)
    {
        var parent = Path.Combine(Path.GetTempPath(), "holdfast-backups-" + group.Plan.Scope + Environment.ProcessId);
        var earlier = await HoldfastOn(replica, "backup", replica.Plan.ConfigurationFile, parent);
        var ended = await CommandLine.HoldfastAsync("backup", replica.Plan.ConfigurationFile, parent, "--keep", "1");
        Assert.True(ended.Status == 0, ended.All);
        var backup = ended.Output.Trim();
        Assert.DoesNotContain(backup, earlier, StringComparison.Ordinal);
        Assert.Equal([backup], Directory.GetDirectories(parent));
        return backup;
    }

    private static async Task<string> HoldfastOn(LoopbackMember member, params string[] arguments)
    {
        var ended = await CommandLine.HoldfastAsync(arguments);
        Assert.True(ended.Status == 0, $"{member.Name}: {ended.All}");
        return ended.All;
    }
}
