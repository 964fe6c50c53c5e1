using Holdfast.Engines.MySql.Backups;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Backups;

public sealed class BackupManifestTests : IDisposable
{
    private readonly BackupDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void What_a_backup_says_of_itself_comes_back_as_it_was_written() =>
        Assert.Equal(directory.Manifest, BackupManifest.Read(directory.Backup));

    [Fact]
    public void What_a_later_version_says_beyond_is_passed_over()
    {
        directory.Describe(directory.Manifest.ToJson().Replace("{", "{\"later\": [1, {}],", StringComparison.Ordinal));

        Assert.Equal(directory.Manifest, BackupManifest.Read(directory.Backup));
    }

    [Fact]
    public void A_directory_without_a_manifest_is_no_finished_backup()
    {
        File.Delete(Path.Combine(directory.Backup, "backup.json"));

        Assert.Contains("is no backup that 'holdfast backup' has finished", Refusal(directory.Backup), StringComparison.Ordinal);
        Assert.Contains("is no backup that 'holdfast backup' has finished", Refusal(Path.Combine(directory.Backup, "missing")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("5")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":\"one\"}")]
    public void A_manifest_that_cannot_be_read_is_refused(string manifest)
    {
        directory.Describe(manifest);

        Assert.Contains("backup.json is no backup that 'holdfast backup' has finished", Refusal(directory.Backup), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_manifest_of_another_format_is_refused_with_the_one_that_is_read(int format)
    {
        directory.Describe(directory.Manifest with { Format = format });

        Assert.EndsWith($"backup.json: its format is {format}, and this version reads 1", Refusal(directory.Backup), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_says_nothing_is_refused()
    {
        directory.Describe("null");

        Assert.EndsWith("its format is none, and this version reads 1", Refusal(directory.Backup), StringComparison.Ordinal);
    }

    private static string Refusal(string backup) => Assert.Throws<BackupFailedException>(() => BackupManifest.Read(backup)).Message;
}
