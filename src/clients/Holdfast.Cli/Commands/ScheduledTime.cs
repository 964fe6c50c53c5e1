using System.Globalization;

namespace Holdfast.Cli.Commands;

/// <summary>Reads when something is to happen.</summary>
internal static class ScheduledTime
{
    /// <summary>ISO 8601 with its zone, the local one unless another is stated; null for now.</summary>
    public static string? Parse(string? text)
    {
        if (text is null or "" or "now")
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var at)
            ? at.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)
            : throw new CommandFailedException($"Unable to parse scheduled timestamp ({text}). It should be in an unambiguous format (e.g. ISO 8601)");
    }
}
