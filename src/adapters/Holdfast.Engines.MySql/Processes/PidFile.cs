using System.Globalization;

namespace Holdfast.Engines.MySql.Processes;

/// <summary>The file in which a running server keeps its number.</summary>
internal static class PidFile
{
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "mysqld.pid");

    public static int? Read(string dataDirectory)
    {
        try
        {
            return int.TryParse(File.ReadAllText(PathIn(dataDirectory)).Trim(), CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
