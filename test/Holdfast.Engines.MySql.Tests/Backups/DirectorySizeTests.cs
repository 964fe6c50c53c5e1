using Holdfast.Engines.MySql.Backups;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Backups;

public sealed class DirectorySizeTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-size-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Every_file_counts_however_deep_and_hidden_and_empty_and_no_directory_does()
    {
        Write("a", 3);
        Write("#innodb_redo/ib_redo1", 5);
        Write(".hidden/.deeper/file", 7);
        Write("empty", 0);
        Directory.CreateDirectory(Path.Combine(root, "schema"));

        Assert.Equal(new DirectorySize(4, 15), DirectorySize.Of(root));
    }

    [Fact]
    public void An_empty_directory_holds_nothing() => Assert.Equal(default, DirectorySize.Of(root));

    [Theory]
    [InlineData(0, "0 MB")]
    [InlineData(1 << 20, "1 MB")]
    [InlineData(1500L << 20, "1500 MB")]
    public void Bytes_are_told_in_megabytes(long bytes, string words) => Assert.Equal(words, DirectorySize.InWords(bytes));

    private void Write(string name, int bytes)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[bytes]);
    }
}
