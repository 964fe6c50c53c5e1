namespace Holdfast.Engines.MySql.Backups;

/// <summary>How much is in a directory.</summary>
internal readonly record struct DirectorySize(int Files, long Bytes)
{
    public static DirectorySize Of(string directory)
    {
        var files = new DirectoryInfo(directory).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        return files.Aggregate(default(DirectorySize), (size, file) => new(size.Files + 1, size.Bytes + file.Length));
    }

    public static string InWords(long bytes)
    {
        const double megabyte = 1 << 20;
        return FormattableString.Invariant($"{bytes / megabyte:0} MB");
    }
}
