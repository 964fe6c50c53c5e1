using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Engines.PostgreSql.Tests;

/// <summary>Directories that are not ours, or not whole.</summary>
public class DirectoryTests
{
    private static readonly Upstream Nobody = new(new("nobody"), "127.0.0.1", 1);

    [Theory]
    [InlineData("holiday.jpg", "beach")]
    [InlineData("PG_VERSION", "99")]
    public async Task A_foreign_directory_is_never_touched(string file, string content)
    {
        await using var member = Member.Create("one");
        Directory.CreateDirectory(member.Data);
        var path = Path.Combine(member.Data, file);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

        Assert.Equal(DataDirectoryState.Foreign, (await member.LookAsync()).Directory);
        foreach (var work in new DatabaseWork[] { new DatabaseWork.Bootstrap(), new DatabaseWork.CloneFrom(Nobody), new DatabaseWork.StartPrimary() })
        {
            Assert.Equal(JobState.Failed, (await member.TryAsync(work)).State);
        }

        Assert.Equal([path], Directory.GetFileSystemEntries(member.Data));
        Assert.Equal(content, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_unfinished_directory_does_not_start()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        await member.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(20)));
        await File.WriteAllTextAsync(member.Data + ".unfinished", "a rewind began", TestContext.Current.CancellationToken);

        Assert.Equal(DataDirectoryState.Unfinished, (await member.LookAsync()).Directory);
        Assert.Equal(JobState.Failed, (await member.TryAsync(new DatabaseWork.StartPrimary())).State);
    }

    [Fact]
    public async Task A_bootstrap_that_was_cut_short_is_not_trusted_though_its_server_runs()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        await File.WriteAllTextAsync(member.Data + ".unfinished", "a bootstrap began", TestContext.Current.CancellationToken);
        await member.ReplaceEngineAsync();
        Assert.Equal(DataDirectoryState.Unfinished, (await member.LookAsync()).Directory);

        await member.DoAsync(new DatabaseWork.Bootstrap());

        Assert.Equal(DataDirectoryState.Valid, (await member.LookAsync()).Directory);
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(member.Data) ?? "", "data.set-aside.*"));
    }

    [Fact]
    public async Task A_mark_that_is_taken_away_while_it_is_read_is_gone()
    {
        await using var member = Member.Create("one");
        var directory = new DataDirectory(member.Options, OsAccount.Resolve(member.Options.OsUser, "PostgreSQL"));
        using var isDone = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            while (!isDone.IsCancellationRequested)
            {
                _ = directory.Unfinished;
            }
        }, TestContext.Current.CancellationToken);
        for (var round = 0; round < 300; round++)
        {
            directory.MarkUnfinished("a test began");
            directory.MarkFinished();
        }

        await isDone.CancelAsync();
        await reading;
        Assert.Null(directory.Unfinished);
    }

    [Fact]
    public async Task A_failed_bootstrap_is_kept_aside()
    {
        await using var member = Member.Create("one", options => options with { Bootstrap = new() { PostInit = "false" } });

        var job = await member.TryAsync(new DatabaseWork.Bootstrap());

        Assert.Equal(JobState.Failed, job.State);
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(member.Data) ?? "", "data.failed.*"));
        Assert.Equal(DataDirectoryState.Empty, (await member.LookAsync()).Directory);
    }

    [Fact]
    public async Task A_cancelled_clone_is_unfinished_and_the_next_one_replaces_it()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await using var replica = Member.Create("node-2", options => options with { BaseBackupOptions = [new("max-rate", "1M")] });
        replica.Engine.Begin(new DatabaseWork.CloneFrom(primary.AsUpstream));
        await replica.UntilAsync(_ => File.Exists(Path.Combine(replica.Data, "backup_label")));

        replica.Engine.CancelJob();

        var view = await replica.UntilAsync(view => view.Job is { State: not JobState.Running });
        Assert.Equal(JobState.Cancelled, view.Job?.State);
        Assert.Equal(DataDirectoryState.Unfinished, view.Directory);
        await using var again = new PostgreSqlEngine(
            replica.Options with { BaseBackupOptions = [] }, replica.Signal, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        again.Begin(new DatabaseWork.CloneFrom(primary.AsUpstream));
        var ended = await replica.UntilAsync(again, view => view.Job is { State: not JobState.Running });
        Assert.True(ended.Job?.State == JobState.Succeeded, ended.Job?.Progress);
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(replica.Data) ?? "", "data.set-aside.*"));
    }
}
