using Holdfast.Engines.MySql.Backups;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Backups;

public sealed class GroupBackupTests : IDisposable
{
    private readonly BackupDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Without_a_server_that_answers_nothing_is_made()
    {
        var failure = await Assert.ThrowsAsync<BackupFailedException>(() => Backup().TakeAsync("demo", directory.Parent, null, TestContext.Current.CancellationToken));

        Assert.Contains("the server of alpha does not answer at ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("mysqld.sock", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory.Parent));
    }

    [Fact]
    public async Task A_backup_that_could_not_be_taken_leaves_the_earlier_ones()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory.Parent)!);
        var earlier = Directory.CreateDirectory(Path.Combine(directory.Parent, "demo-20260501T120000Z")).FullName;
        Directory.Move(Path.Combine(directory.Backup, "data"), Path.Combine(earlier, "data"));
        File.Move(Path.Combine(directory.Backup, "backup.json"), Path.Combine(earlier, "backup.json"));

        await Assert.ThrowsAsync<BackupFailedException>(() => Backup().TakeAsync("demo", directory.Parent, 1, TestContext.Current.CancellationToken));

        Assert.Equal(directory.Manifest, BackupManifest.Read(earlier));
    }

    [Fact]
    public async Task No_secret_is_told() =>
        Assert.DoesNotContain(
            "secret",
            (await Assert.ThrowsAsync<BackupFailedException>(() => Backup().TakeAsync("demo", directory.Parent, null, TestContext.Current.CancellationToken))).Message,
            StringComparison.Ordinal);

    private GroupBackup Backup() => new(directory.Options, TimeProvider.System, _ => { });
}
