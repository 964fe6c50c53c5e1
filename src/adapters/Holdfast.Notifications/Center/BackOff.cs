namespace Holdfast.Notifications.Center;

/// <summary>How long a target is left alone after failures in a row: twice as long each time, less up to half of it.</summary>
internal static class BackOff
{
    private const int DoublingsMax = 30;

    /// <param name="target">Its limits.</param>
    /// <param name="failures">How many in a row, from 1.</param>
    /// <param name="jitter">From 0 to 1, so that many agents do not come back at the same moment.</param>
    public static TimeSpan Delay(NotificationTarget target, int failures, double jitter)
    {
        var doubled = target.FirstRetryDelay * Math.Pow(2, Math.Min(failures - 1, DoublingsMax));
        var longest = doubled < target.RetryDelayMax ? doubled : target.RetryDelayMax;
        return longest * (1 - (jitter / 2));
    }
}
