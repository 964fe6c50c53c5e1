using System.Collections.Concurrent;
using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Passwords stay where the operator wrote them.</summary>
[Collection(nameof(SharedCluster))]
public sealed class SecretTests(LiveCluster live)
{
    [Fact]
    public async Task No_password_appears_in_a_log_on_a_command_line_or_in_an_environment_not_even_while_a_member_is_made_anew()
    {
        var roles = await live.WholeAsync();
        var plan = live.Cluster.Plan;
        string[] secrets = [plan.SuperuserPassword, plan.ReplicationPassword, plan.RewindPassword, plan.StorePassword];
        var told = new ConcurrentDictionary<string, bool>();

        using (var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            var watching = WatchAsync(secrets, told, end.Token);
            foreach (var format in new[] { "pretty", "json" })
            {
                Note("list", await live.DoAsync("list", "--format", format));
                Note("status", await live.DoAsync("status", "--format", format));
                Note("explain", await live.DoAsync("explain", "--inputs", "--format", format));
            }

            Note("show-config", await live.DoAsync("show-config"));
            Note("dsn", await live.DoAsync("dsn"));
            Note("reinit", await live.DoAsync("reinit", "live", roles.Other.Name, "--force", "--wait"));
            await live.WholeAsync();
            Assert.Null(await live.Cluster.Rest.SwitchoverAsync(roles.Leader.Plan, roles.Standby.Name, TestContext.Current.CancellationToken));
            await live.WholeAsync();
            await end.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        foreach (var log in live.Cluster.Members.SelectMany(Logs))
        {
            Note(log, await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
        }

        Assert.Empty(told.Keys);

        void Note(string where, string text)
        {
            if (secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal)))
            {
                told[where] = true;
            }
        }
    }

    private static IEnumerable<string> Logs(Demo.Cluster.LoopbackMember member)
    {
        var own = Directory.EnumerateFiles(member.Plan.Directory, "*.log");
        var servers = Directory.EnumerateFiles(Path.Combine(member.Plan.DataDirectory, "log"));
        Assert.NotEmpty(servers);
        return own.Concat(servers);
    }

    /// <summary>Programs that copy and rewind live briefly: looked at again and again, by the cluster's directory in what they were given.</summary>
    private async Task WatchAsync(string[] secrets, ConcurrentDictionary<string, bool> told, CancellationToken stopping)
    {
        while (true)
        {
            foreach (var process in live.Cluster.Members.SelectMany(member => member.Processes()))
            {
                var arguments = string.Join(' ', ProcessTable.Arguments(process.Pid));
                var environment = Read($"/proc/{process.Pid}/environ");
                if (secrets.Any(secret => arguments.Contains(secret, StringComparison.Ordinal)))
                {
                    told[$"arguments: {arguments}"] = true;
                }

                if (secrets.Any(secret => environment.Contains(secret, StringComparison.Ordinal)))
                {
                    told[$"environment of: {arguments}"] = true;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), stopping);
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended.
            return "";
        }
    }
}
