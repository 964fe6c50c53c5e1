using System.Runtime.CompilerServices;

namespace Holdfast.Exports.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string File(string path) => Path.Combine(Root(), path);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
