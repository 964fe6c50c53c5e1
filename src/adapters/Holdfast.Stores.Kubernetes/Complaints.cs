namespace Holdfast.Stores.Kubernetes;

/// <summary>An outage is told once, and then now and then.</summary>
internal sealed class Complaints(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private long? last;

    public bool IsDue()
    {
        if (last is { } told && time.GetElapsedTime(told) < Every)
        {
            return false;
        }

        last = time.GetTimestamp();
        return true;
    }
}
