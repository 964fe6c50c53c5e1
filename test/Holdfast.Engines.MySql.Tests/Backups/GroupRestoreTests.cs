using Holdfast.Engines.MySql.Backups;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Backups;

/// <summary>What is refused before anything is touched, and what is left of a restore that failed.</summary>
public sealed class GroupRestoreTests : IDisposable
{
    private readonly BackupDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Nothing_is_restored_over_what_is_in_the_data_directory()
    {
        Directory.CreateDirectory(directory.Options.DataDirectory);
        var precious = Path.Combine(directory.Options.DataDirectory, "mysql.ibd");
        await File.WriteAllTextAsync(precious, "precious", TestContext.Current.CancellationToken);

        await RefusedAsync(directory.Options);

        Assert.Equal(["data", "data/mysql.ibd"], directory.AtMember());
        Assert.Equal("precious", await File.ReadAllTextAsync(precious, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_is_restored_over_a_copy_that_did_not_finish()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory.Options.DataDirectory)!);
        await File.WriteAllTextAsync(directory.Options.DataDirectory + ".unfinished", "a clone began\n", TestContext.Current.CancellationToken);

        Assert.EndsWith("is unfinished: a clone began", await RefusedAsync(directory.Options), StringComparison.Ordinal);
        Assert.Equal(["data.unfinished"], directory.AtMember());
    }

    [Fact]
    public async Task Nothing_is_restored_over_a_file()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory.Options.DataDirectory)!);
        await File.WriteAllTextAsync(directory.Options.DataDirectory, "", TestContext.Current.CancellationToken);

        Assert.EndsWith("is a file", await RefusedAsync(directory.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restored_member_begins_another_group_than_the_backup_s()
    {
        var options = directory.Options with { Group = directory.Options.Group with { Name = BackupDirectory.Group } };

        Assert.StartsWith("mysql.group.name is the name of the group that the backup is from", await RefusedAsync(options), StringComparison.Ordinal);
        Assert.Empty(directory.AtMember());
    }

    [Theory]
    [InlineData("shop/orders.ibd", "of the sho")]
    [InlineData("shop/orders.ibd", "of the shop.")]
    [InlineData("shop/stock.ibd", "")]
    public async Task A_backup_whose_files_are_not_as_they_were_is_not_restored(string name, string text)
    {
        directory.Write(name, text);

        Assert.Contains("where the backup had 2 with 24", await RefusedAsync(directory.Options), StringComparison.Ordinal);
        Assert.Empty(directory.AtMember());
    }

    [Fact]
    public async Task A_backup_that_lacks_a_file_is_not_restored()
    {
        File.Delete(Path.Combine(directory.Backup, "data", "mysql.ibd"));

        Assert.Contains("is not whole: 1 files with 11 bytes, where the backup had 2 with 24", await RefusedAsync(directory.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_lacks_all_its_files_is_not_restored()
    {
        Directory.Delete(Path.Combine(directory.Backup, "data"), recursive: true);

        Assert.Contains("is not whole: 0 files with 0 bytes, where the backup had 2 with 24", await RefusedAsync(directory.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_is_not_restored_where_there_is_no_room_for_it()
    {
        var sparse = Path.Combine(directory.Backup, "data", "sparse");
        const long bytes = 1L << 43;
        await using (var file = new FileStream(sparse, FileMode.CreateNew))
        {
            file.SetLength(bytes);
        }

        directory.Describe(directory.Manifest with { Files = 3, Bytes = directory.Manifest.Bytes + bytes });

        Assert.StartsWith("no room: ", await RefusedAsync(directory.Options), StringComparison.Ordinal);
        Assert.Empty(directory.AtMember());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task Nothing_is_left_of_a_restore_that_failed(string end)
    {
        var failure = await RefusedAsync(directory.Options with { DataDirectory = directory.Options.DataDirectory + end });

        Assert.Contains("mysqld was not found", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(directory.AtMember(), path => path is not ("data" or "data.cnf" or "data.log" or "data.startup.log"));
        Assert.Equal(directory.Manifest, BackupManifest.Read(directory.Backup));
        Assert.Equal(new DirectorySize(2, 24), DirectorySize.Of(Path.Combine(directory.Backup, "data")));
    }

    [Fact]
    public async Task A_restore_that_is_interrupted_leaves_nothing_but_the_empty_directory()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Restore(directory.Options).RunAsync(directory.Backup, ended.Token));

        Assert.Equal(["data"], directory.AtMember());
    }

    private async Task<string> RefusedAsync(MySqlOptions options) =>
        (await Assert.ThrowsAsync<BackupFailedException>(() => Restore(options).RunAsync(directory.Backup, TestContext.Current.CancellationToken))).Message;

    private static GroupRestore Restore(MySqlOptions options) => new(options, TimeProvider.System, _ => { }, NullLogger.Instance);
}
