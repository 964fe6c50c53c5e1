using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Databases;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Groups of three real MySQL servers, and what tests ask of them.</summary>
internal static class MySqlGroup
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static LoopbackCluster Create(string scope, bool isRouted = false)
    {
        Assert.SkipUnless(MySqlPrograms.AreThere, "MySQL is not unpacked; ./run test does that");
        var software = new HoldfastSoftware([CommandLine.Program], null);
        return isRouted
            ? LoopbackCluster.CreateWithRouter(scope, null, 3, software, Database.MySql, TimeProvider.System)
            : LoopbackCluster.Create(scope, null, 3, software, TimeProvider.System, Database.MySql);
    }

    public static async Task<LoopbackCluster> StartAsync(string scope, bool isRouted = false)
    {
        var group = Create(scope, isRouted);
        group.Start();
        try
        {
            await WholeAsync(group);
            return group;
        }
        catch
        {
            // Nobody else has it yet, and what goes on running would slow every test that is left.
            await group.DisposeAsync();
            throw;
        }
    }

    public static async Task WholeAsync(LoopbackCluster group)
    {
        if (!await group.WaitForRedundancyAsync(Limit, null, Stop))
        {
            group.KeepFiles();
            Assert.Fail($"the group did not become whole: {(await group.RedundancyAsync(Stop)).Words}; the logs are in {group.Plan.Directory}");
        }
    }

    /// <summary>Runs the command line against one member; anything but success is a failed test.</summary>
    public static async Task<string> HoldfastAsync(LoopbackMember member, params string[] arguments)
    {
        var ended = await CommandLine.HoldfastAsync(["-c", member.Plan.ConfigurationFile, .. arguments]);
        Assert.True(ended.Status == 0, ended.All);
        return ended.All;
    }

    public static async Task<LoopbackMember?> StateAsync(LoopbackCluster group, string state) =>
        (await group.StatusAsync(Stop))?.Members.FirstOrDefault(member => member.State == state) is { } found ? group.Member(found.Name) : null;

    /// <summary>The agent brings the server back at once: the statements are tried until they were quicker.</summary>
    public static async Task<bool> TryAsync(LoopbackMember member, LoopbackCluster group, string statements, string proof) =>
        await UntilAsync(
            async () =>
            {
                await AskAsync(member, group, statements);
                return await AskAsync(member, group, proof) is { Length: > 0 } answer && !answer.Contains("error", StringComparison.OrdinalIgnoreCase) ? answer : null;
            },
            $"the statements on {member.Name} had no effect") is not null;

    public static Task<string> ExplainsAsync(LoopbackCluster group, LoopbackMember member, string words) => UntilAsync(
        async () => await CommandLine.HoldfastAsync("-c", member.Plan.ConfigurationFile, "explain", group.Plan.Scope, member.Name) is { } ended
            && ended.All.Contains(words, StringComparison.OrdinalIgnoreCase) ? ended.All : null,
        $"{member.Name} does not explain that {words}");

    public static async Task<T> UntilAsync<T>(Func<Task<T?>> look, string complaint)
        where T : class
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Limit)
        {
            if (await look() is { } found)
            {
                return found;
            }

            await Task.Delay(Look, Stop);
        }

        throw new TimeoutException(complaint);
    }

    public static Task<string> AskAsync(LoopbackMember member, LoopbackCluster group, string question) =>
        Server.AskAsync(CanaryHost.Of(group.Plan, member.Plan), question);
}
