using Xunit;

namespace Holdfast.Cli.Tests;

public class StoreTests
{
    [Fact]
    public async Task The_status_shows_every_node_and_why_one_does_not_answer()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, output, error) = await terminal.RunAsync("store", "status", "-f", "tsv");

        Assert.Equal((0, ""), (status, error));
        Assert.Contains("10.0.0.1:2380\tleader\tvoter\t3\t120\t120\t\n", output, StringComparison.Ordinal);
        Assert.Contains("10.0.0.3:2380\t\tvoter\t\t\t\tConnection refused\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_without_a_majority_has_status_1_and_says_what_to_do()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Store.Nodes[1] = terminal.Store.Nodes[1] with { Role = null, Trouble = "no answer" };

        var (status, _, error) = await terminal.RunAsync("store", "status");

        Assert.Equal(1, status);
        Assert.StartsWith("The store takes no writes: 1 of 3 voters answer", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_is_removed_only_after_a_yes()
    {
        await using var terminal = await Terminal.StartAsync();

        Assert.Equal(1, (await terminal.AnswerAsync("n\n", "store", "remove", "10.0.0.3:2380")).Status);
        Assert.Empty(terminal.Store.Requests);
        Assert.Equal(0, (await terminal.AnswerAsync("y\n", "store", "remove", "10.0.0.3:2380")).Status);
        Assert.Equal(["remove 10.0.0.3:2380"], terminal.Store.Requests);
    }

    [Theory]
    [InlineData("remove", "10.0.0.9:2380", "is no member of the store. The members are 10.0.0.1:2380, 10.0.0.2:2380, 10.0.0.3:2380")]
    [InlineData("remove", "10.0.0.2:2380", "only 1 of 2 voters would answer, and a majority of them is needed")]
    [InlineData("lead", "10.0.0.9:2380", "is no voter of the store")]
    public async Task What_would_harm_the_store_or_makes_no_sense_is_refused_before_anything_is_asked(string verb, string node, string words)
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, _, error) = await terminal.RunAsync("store", verb, node);

        Assert.Equal(1, status);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Empty(terminal.Store.Requests);
    }

    [Fact]
    public async Task The_last_voter_stays()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Store.Nodes.RemoveRange(1, 2);

        Assert.Contains("is the last voter", (await terminal.RunAsync("store", "remove", "10.0.0.1:2380", "--force")).Error, StringComparison.Ordinal);
        Assert.Empty(terminal.Store.Requests);
    }

    [Fact]
    public async Task A_copy_brings_back_what_stays_and_leaves_out_what_live_agents_write()
    {
        var file = Path.GetTempFileName();
        await using var terminal = await Terminal.StartAsync();
        terminal.Store.Keys.AddRange([new("/service/demo/config", "{\"ttl\": 3}", false), new("/service/demo/leader", "n1", true)]);

        Assert.Equal("2 keys written to " + file + ".\n", (await terminal.RunAsync("store", "backup", file)).Output);
        Assert.Contains("--force writes over them", (await terminal.RunAsync("store", "restore", file)).Error, StringComparison.Ordinal);
        terminal.Store.Keys.Clear();
        Assert.Equal(0, (await terminal.RunAsync("store", "restore", file)).Status);

        Assert.Equal([new StoreKey("/service/demo/config", "{\"ttl\": 3}", false)], terminal.Store.Keys);
    }

    [Theory]
    [InlineData("", "line 1: not a copy")]
    [InlineData("{\"holdfast_store_backup\":1,\"keys\":2}\n{\"key\":\"/a\",\"value\":\"1\"}\n", "not whole")]
    [InlineData("{\"holdfast_store_backup\":\"one\"}\n", "")]
    [InlineData("{\"holdfast_store_backup\":1,\"keys\":1}\n{\"key\":7,\"value\":\"1\"}\n", "")]
    [InlineData("not JSON at all", "")]
    [InlineData("{\"holdfast_store_backup\":1,\"keys\":1}\n{\"key\":\"/a\"}\n", "line 2: no key with a value")]
    public async Task A_copy_that_is_not_whole_is_refused(string content, string words)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        await using var terminal = await Terminal.StartAsync();

        var (status, _, error) = await terminal.RunAsync("store", "restore", file);

        Assert.Equal(1, status);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Empty(terminal.Store.Keys);
    }
}
