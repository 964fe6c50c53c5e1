using System.Globalization;
using Holdfast.Api.Serving;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Operations;

/// <summary>A time that something is asked for, or the reason why it is none.</summary>
internal sealed record Schedule(DateTimeOffset At, Reply? Refusal)
{
    public static Schedule Parse(string text, string action, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return Refuse(StatusCodes.Status422UnprocessableEntity, "Unable to parse scheduled timestamp. It should be in an unambiguous format, e.g. ISO 8601");
        }

        if (!HasZone(text))
        {
            return Refuse(StatusCodes.Status400BadRequest, $"Timezone information is mandatory for the scheduled {action}");
        }

        return at < now ? Refuse(StatusCodes.Status422UnprocessableEntity, $"Cannot schedule {action} in the past") : new(at, null);
    }

    // A time of day is followed by Z, GMT, UTC or an offset; the hyphens of the date come before it.
    private static bool HasZone(string text)
    {
        var time = text.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? text.AsSpan(colon) : [];
        return time.ContainsAny('+', '-') || time.TrimEnd().EndsWith("Z", StringComparison.OrdinalIgnoreCase)
            || time.Contains("UTC", StringComparison.OrdinalIgnoreCase) || time.Contains("GMT", StringComparison.OrdinalIgnoreCase);
    }

    private static Schedule Refuse(int status, string words) => new(default, Reply.Words(status, words));
}
