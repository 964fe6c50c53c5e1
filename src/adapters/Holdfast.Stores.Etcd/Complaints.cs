namespace Holdfast.Stores.Etcd;

/// <summary>An outage is told once, and then now and then.</summary>
internal sealed class Complaints(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private readonly Lock sync = new();
    private TimeSpan? last;

    public bool AreDue()
    {
        lock (sync)
        {
            var now = time.GetElapsedTime(0);
            if (last is { } then && now - then < Every)
            {
                return false;
            }

            last = now;
            return true;
        }
    }
}
