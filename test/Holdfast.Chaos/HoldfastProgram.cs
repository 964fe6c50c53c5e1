using Holdfast.Demo;

namespace Holdfast.Chaos;

/// <summary>Finds the executable that was built together with this one.</summary>
internal static class HoldfastProgram
{
    /// <param name="stated">Another one, by its path; null: the one that was built beside.</param>
    public static IReadOnlyList<string> Find(string? stated)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/: the executable's project is a neighbour.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory);
        var built = Path.Combine(configuration.Parent?.Parent?.FullName ?? "", "Holdfast.Host", configuration.Name, "holdfast");
        var path = Path.GetFullPath(stated ?? built);
        return File.Exists(path) ? [path] : throw new DemoException($"there is no {path}: ./run chaos builds it, or --holdfast PATH names another");
    }
}
