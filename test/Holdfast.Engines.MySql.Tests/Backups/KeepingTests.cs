using Holdfast.Engines.MySql.Backups;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Backups;

/// <summary>Which backups are removed when a new one is there.</summary>
public sealed class KeepingTests : IDisposable
{
    private readonly BackupDirectory directory = new();

    public KeepingTests()
    {
        Make("demo-20260501T120000Z", "demo");
        Make("demo-20260502T120000Z", "demo");
        Make("demo-20260503T120000Z", "demo");
    }

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(1, "demo-20260503T120000Z")]
    [InlineData(2, "demo-20260502T120000Z demo-20260503T120000Z")]
    [InlineData(3, "demo-20260501T120000Z demo-20260502T120000Z demo-20260503T120000Z")]
    [InlineData(9, "demo-20260501T120000Z demo-20260502T120000Z demo-20260503T120000Z")]
    [InlineData(null, "demo-20260501T120000Z demo-20260502T120000Z demo-20260503T120000Z")]
    public void The_latest_are_kept(int? kept, string left)
    {
        GroupBackup.DropOldest("demo", directory.Parent, kept);

        Assert.Equal(left, Left());
    }

    [Fact]
    public void Another_clusters_backups_are_kept_though_their_names_begin_alike()
    {
        Make("demo-2-20260401T120000Z", "demo-2");
        Make("demo-20260401T120000Z", "another");

        GroupBackup.DropOldest("demo", directory.Parent, 1);

        Assert.Equal("demo-2-20260401T120000Z demo-20260401T120000Z demo-20260503T120000Z", Left());
    }

    [Fact]
    public void What_is_no_backup_that_can_be_read_is_kept_and_hinders_nothing()
    {
        Make("demo-20260401T120000Z", "demo", manifest => manifest with { Format = 2 });
        Directory.CreateDirectory(Path.Combine(directory.Parent, "demo-20260402T120000Z"));
        Make("demo-20260403T120000Z.unfinished", "demo");

        GroupBackup.DropOldest("demo", directory.Parent, 1);

        Assert.Equal("demo-20260401T120000Z demo-20260402T120000Z demo-20260403T120000Z.unfinished demo-20260503T120000Z", Left());
    }

    private void Make(string name, string scope) => Make(name, scope, manifest => manifest);

    private void Make(string name, string scope, Func<BackupManifest, BackupManifest> change)
    {
        var backup = Directory.CreateDirectory(Path.Combine(directory.Parent, name)).FullName;
        File.WriteAllText(Path.Combine(backup, BackupManifest.FileName), change(directory.Manifest with { Scope = scope }).ToJson());
    }

    private string Left() => string.Join(' ', Directory.GetDirectories(directory.Parent).Select(Path.GetFileName).Order(StringComparer.Ordinal));
}
