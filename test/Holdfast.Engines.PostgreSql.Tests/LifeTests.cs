using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Engines.PostgreSql.Tests;

/// <summary>A server's life on one host: made, started, crashed, killed, taken over.</summary>
public class LifeTests
{
    [Fact]
    public async Task A_bootstrapped_system_is_a_primary_that_replicas_can_use()
    {
        await using var member = Member.Create("one");
        Assert.Equal(DataDirectoryState.Empty, (await member.LookAsync()).Directory);

        var job = await member.DoAsync(new DatabaseWork.Bootstrap());

        var view = await member.UntilAsync(view => view.IsRunningPrimary);
        var clock = Stopwatch.StartNew();
        await member.LookAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"bootstrap: {job.EndedAt - job.StartedAt}, a look: {clock.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.True(view.IsResponsive);
        Assert.Equal(new Timeline(1), view.Timeline);
        Assert.True(view.HasCheckpointedSincePromotion);
        Assert.True(view.Position > LogPosition.Zero);
        Assert.NotEmpty(view.SystemId ?? "");
        Assert.False(view.IsRestartPending);
        Assert.Null(view.Trouble);
        Assert.Equal(2L, await member.SqlAsync("SELECT count(*) FROM pg_roles WHERE rolname IN ('replicator', 'rewinder')"));
    }

    [Fact]
    public async Task A_stop_leaves_a_clean_system_that_starts_again()
    {
        await using var member = await Member.StartPrimaryAsync("one");

        await member.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(20)));

        var view = await member.LookAsync();
        Assert.Equal(DatabaseProcess.Stopped, view.Process);
        Assert.True(view.Control is { WasShutDownCleanly: true, WasPrimary: true });
        Assert.Empty(member.LivingProcesses());
        await member.DoAsync(new DatabaseWork.StartPrimary());
        await member.UntilAsync(view => view.IsRunningPrimary);
    }

    [Fact]
    public async Task A_server_whose_port_somebody_has_taken_says_so()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        await member.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(20)));
        using var other = new TcpListener(IPAddress.Loopback, member.Options.ConnectPort);
        other.Start();

        var job = await member.TryAsync(new DatabaseWork.StartPrimary());

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("could not create any TCP/IP sockets", job.Progress, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres: logger ", true)]
    [InlineData("postgres: demo: logger \0\0", true)]
    [InlineData("/usr/lib/postgresql/17/bin/postgres\0-D\0/data\0", true)]
    [InlineData("postgres: demo: checkpointer ", false)]
    [InlineData("postgres: demo: logger logger 127.0.0.1(50000) idle", false)]
    public void Who_may_still_write_the_log_of_a_dead_server_is_known_by_its_title_or_has_none_yet(string commandLine, bool isSpared) =>
        Assert.Equal(isSpared, PostgreSqlKiller.MayBeLogger(commandLine));

    [Fact]
    public async Task A_log_writer_that_hangs_does_not_outlive_its_server()
    {
        const int stop = 19;
        await using var member = await Member.StartPrimaryAsync("one");
        var logger = Assert.Single(member.LivingProcesses(), pid => ProcFs.CommandLine(pid).Contains(": logger", StringComparison.Ordinal));
        Posix.Signal(logger, stop);

        Posix.Signal(member.PostmasterPid, Posix.SigKill);

        await member.UntilAsync(view => view.Process == DatabaseProcess.Crashed);
        Assert.Empty(member.LivingProcesses());
    }

    [Fact]
    public async Task A_crash_of_the_postmaster_wakes_the_agent_and_leaves_no_backend()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        var busy = member.SqlAsync("SELECT pg_sleep(600)");
        await member.UntilAsync(view => member.LivingProcesses().Length > 6);
        member.Signal.Forget();

        var clock = Stopwatch.StartNew();
        Posix.Signal(member.PostmasterPid, Posix.SigKill);
        DatabaseView view;
        do
        {
            // Something else may have been due at the same moment.
            await member.Signal.WaitAsync();
            TestContext.Current.TestOutputHelper?.WriteLine($"crash to wake: {clock.Elapsed.TotalMilliseconds:0.0} ms");
            view = await member.LookAsync();
        }
        while (view.Process != DatabaseProcess.Crashed);

        Assert.Empty(member.LivingProcesses());
        Assert.True(view.Control is { WasShutDownCleanly: false, WasPrimary: true });
        await Assert.ThrowsAnyAsync<Exception>(() => busy);
        await member.DoAsync(new DatabaseWork.StartPrimary());
    }

    [Fact]
    public async Task A_kill_ends_every_process_even_when_the_postmaster_is_frozen()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        var pid = member.PostmasterPid;
        var busy = member.SqlAsync("SELECT pg_sleep(600)");
        await member.UntilAsync(view => member.LivingProcesses().Length > 6);
        Posix.Signal(pid, 19);

        var clock = Stopwatch.StartNew();
        member.Engine.Kill();
        TestContext.Current.TestOutputHelper?.WriteLine($"kill: {clock.Elapsed.TotalMilliseconds:0.0} ms");

        Assert.Empty(member.LivingProcesses());
        await member.UntilAsync(view => view.Process == DatabaseProcess.Stopped);
        await Assert.ThrowsAnyAsync<Exception>(() => busy);
    }

    [Fact]
    public async Task The_guards_killer_needs_nothing_but_the_directory()
    {
        await using var member = await Member.StartPrimaryAsync("one");

        PostgreSqlKiller.Of(member.Data).Kill();

        Assert.Empty(member.LivingProcesses());
        await member.UntilAsync(view => view.Process == DatabaseProcess.Crashed);
    }

    [Fact]
    public async Task A_frozen_server_is_seen_as_running_but_silent()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        var processes = member.LivingProcesses();
        foreach (var pid in processes)
        {
            Posix.Signal(pid, 19);
        }

        var view = await member.LookAsync();
        Assert.True(view is { Process: DatabaseProcess.Running, IsResponsive: false, Role: DatabaseRole.Primary }, view.ToString());

        foreach (var pid in processes)
        {
            Posix.Signal(pid, 18);
        }

        await member.UntilAsync(view => view.IsResponsive);
    }

    [Fact]
    public async Task A_running_server_is_taken_over_by_the_next_agent()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        var pid = member.PostmasterPid;

        await member.ReplaceEngineAsync();

        var view = await member.LookAsync();
        Assert.True(view.IsRunningPrimary);
        Assert.Equal(pid, member.PostmasterPid);
        member.Signal.Forget();
        Posix.Signal(pid, Posix.SigKill);
        await member.Signal.WaitAsync();
        Assert.Equal(DatabaseProcess.Crashed, (await member.LookAsync()).Process);
    }

    [Fact]
    public async Task A_stop_that_is_not_polite_enough_is_enforced()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        Posix.Signal(member.PostmasterPid, 19);

        var job = await member.DoAsync(new DatabaseWork.Stop(TimeSpan.FromMilliseconds(100)));

        Assert.Contains("killed", job.Progress, StringComparison.Ordinal);
        Assert.Empty(member.LivingProcesses());
    }

    [Fact]
    public async Task No_secret_is_on_a_command_line_or_in_a_log()
    {
        await using var member = Member.Create("one");
        await member.DoAsync(new DatabaseWork.Bootstrap());

        var seen = string.Concat(member.LivingProcesses().Select(ProcFs.CommandLine));
        var logs = string.Concat(Directory.GetFiles(Path.Combine(member.Data, "log")).Append(member.Options.StartupLogPath).Select(File.ReadAllText));
        Assert.DoesNotContain("Secret", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", logs, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", await File.ReadAllTextAsync(Path.Combine(member.Data, "postgresql.conf"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(member.Options.PgPassPath));
    }
}
