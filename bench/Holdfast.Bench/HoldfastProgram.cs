using Holdfast.Demo;

namespace Holdfast.Bench;

/// <summary>Finds the executable that is measured.</summary>
internal static class HoldfastProgram
{
    private static readonly string[] Built =
    [
        "dist/holdfast",
        "artifacts/publish/Holdfast.Host/release/holdfast",
        "artifacts/publish/Holdfast.Host/release_linux-x64/holdfast",
        "artifacts/publish/Holdfast.Host/release_linux-arm64/holdfast",
        "artifacts/bin/Holdfast.Host/release/holdfast",
        "artifacts/bin/Holdfast.Host/debug/holdfast",
    ];

    /// <summary>The first that exists, the one that users would run before the ones that developers do.</summary>
    public static IReadOnlyList<string> Find(string? stated)
    {
        var path = stated ?? Built.FirstOrDefault(File.Exists)
            ?? throw new DemoException("holdfast was not built yet: ./run build, or --holdfast PATH");
        return File.Exists(path) ? [Path.GetFullPath(path)] : throw new DemoException($"there is no {path}");
    }
}
