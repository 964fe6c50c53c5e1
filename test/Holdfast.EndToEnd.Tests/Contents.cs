using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What is in a directory, so that any change to it shows.</summary>
internal static class Contents
{
    public static IReadOnlyList<string> Of(string directory) =>
    [
        .. new DirectoryInfo(directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetRelativePath(directory, entry.FullName)} {entry.UnixFileMode} {(entry is FileInfo file ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "directory")}"))
            .Order(StringComparer.Ordinal),
    ];
}
