using System.Net;
using System.Net.Sockets;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What a member does that cannot or must not start: it says why, and touches nothing.</summary>
[Collection(nameof(SharedCluster))]
public sealed class RefusalTests(LiveCluster live)
{
    [Theory]
    [InlineData("restapi.listen")]
    [InlineData("raft.self_addr")]
    public async Task An_agent_whose_port_is_taken_names_the_key_and_ends(string key)
    {
        await using var cluster = Alone();
        var member = cluster.Members[0];
        var port = key == "restapi.listen" ? member.Plan.RestPort : member.Plan.StorePort;
        using var taken = Listen(port);

        var ended = await CommandLine.HoldfastAsync("agent", member.Plan.ConfigurationFile);

        Assert.Equal(1, ended.Status);
        Assert.Contains(key, ended.Errors, StringComparison.Ordinal);
        Assert.Contains($"{port}", ended.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(member.Plan.DataDirectory), "the data directory was made");
        await Until.TrueAsync(() => member.Processes().Count == 0, () => "a process is left");
    }

    [Fact]
    public async Task A_member_whose_database_port_is_taken_says_so_and_joins_when_it_is_free()
    {
        var roles = await live.WholeAsync();
        var member = roles.Other;
        await LiveCluster.StopAsync(member);
        using (Listen(member.Plan.DatabasePort))
        {
            await SaysAsync(member, $"{member.Plan.DatabasePort}", "running on port");
        }

        await live.WholeAsync();
    }

    [Fact]
    public async Task A_data_directory_of_another_system_is_refused_and_left_as_it_is()
    {
        var roles = await live.WholeAsync();
        var member = roles.Other;
        await LiveCluster.StopAsync(member);
        var aside = member.Plan.DataDirectory + "-own";
        Directory.Move(member.Plan.DataDirectory, aside);
        await InitialiseAsync(live.Cluster.Plan, member.Plan);

        await RefusesAsync(member, "RefuseForeignSystem", "data_dir");

        Directory.Delete(member.Plan.DataDirectory, recursive: true);
        Directory.Move(aside, member.Plan.DataDirectory);
        member.Start();
        await live.WholeAsync();
    }

    [Fact]
    public async Task A_data_directory_of_another_major_version_is_refused_and_left_as_it_is()
    {
        await using var cluster = Alone();
        var member = cluster.Members[0];
        await InitialiseAsync(cluster.Plan, member.Plan);
        await File.WriteAllTextAsync(Path.Combine(member.Plan.DataDirectory, "PG_VERSION"), "99\n", TestContext.Current.CancellationToken);

        await RefusesAsync(member, member.Plan.DataDirectory, "version 99");
    }

    [Fact]
    public async Task A_directory_that_holds_something_else_is_refused_and_left_as_it_is()
    {
        await using var cluster = Alone();
        var member = cluster.Members[0];
        Directory.CreateDirectory(member.Plan.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(member.Plan.DataDirectory, "thesis.txt"), "years of work", TestContext.Current.CancellationToken);

        await RefusesAsync(member, member.Plan.DataDirectory, "holds no PostgreSQL system");
    }

    [Fact]
    public async Task A_data_directory_that_PostgreSQL_may_not_read_is_named_and_left_as_it_is()
    {
        Assert.SkipUnless(OsAccount.Needed() is not null, "one's own directory can only be given away by root");
        await using var cluster = Alone();
        var member = cluster.Members[0];
        await InitialiseAsync(cluster.Plan, member.Plan);
        await CommandLine.RunAsync(["chown", "-R", "root:root", member.Plan.DataDirectory]);

        await RefusesAsync(member, member.Plan.DataDirectory, "belongs to");
    }

    private static LoopbackCluster Alone() =>
        LoopbackCluster.Create("refused", null, 1, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    private static async Task InitialiseAsync(ClusterPlan plan, MemberPlan member)
    {
        var ended = await CommandLine.RunAsync(
            [.. plan.Account?.Prefix ?? [], Path.Combine(plan.BinDirectory, "initdb"), "-D", member.DataDirectory, "-U", "postgres", "-A", "trust", "--no-sync"]);
        Assert.True(ended.Status == 0, ended.All);
    }

    private static async Task RefusesAsync(LoopbackMember member, params string[] words)
    {
        var before = Contents.Of(member.Plan.DataDirectory);
        var neighbours = Neighbours();
        await SaysAsync(member, words);
        await LiveCluster.StopAsync(member);

        Assert.Equal(before, Contents.Of(member.Plan.DataDirectory));
        Assert.Equal(neighbours, Neighbours());

        // Whatever is set aside would lie beside it.
        string[] Neighbours() => [.. Directory.GetDirectories(member.Plan.Directory, "data*").Order(StringComparer.Ordinal)];
    }

    /// <summary>Starts the agent and waits for a line with all these words; an agent that ended by itself must have failed.</summary>
    private static async Task SaysAsync(LoopbackMember member, params string[] words)
    {
        var known = Lines().Length;
        member.Start();
        await Until.TrueAsync(
            () => Lines().Skip(known).Any(line => words.All(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))),
            () => $"nothing was said of {string.Join(" and ", words)}:\n{string.Join('\n', Lines().Skip(known))}");
        Assert.NotEqual(0, member.ExitStatus);

        string[] Lines() => File.ReadAllLines(member.Plan.LogFile);
    }
}
