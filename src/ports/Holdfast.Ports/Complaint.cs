namespace Holdfast.Ports;

/// <summary>
/// What goes wrong again and again, as a log tells it: at once, at once again for another reason, then at growing distance, and once when it is over.
/// From any thread.
/// </summary>
public sealed class Complaint(TimeProvider time)
{
    private const int ReasonsMax = 8;
    private static readonly TimeSpan DistanceMin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DistanceMax = TimeSpan.FromMinutes(10);
    private readonly Lock gate = new();
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private TimeSpan distance;
    private TimeSpan toldAt;
    private TimeSpan seenAt;

    /// <summary>Whether this is to be told now; then it counts as told. Of reasons that take turns each is new once.</summary>
    public bool IsDue(string why)
    {
        lock (gate)
        {
            var now = time.GetElapsedTime(0);
            if (told.Count == 0 || now - seenAt >= DistanceMax)
            {
                told.Clear();
                distance = DistanceMin;
            }

            seenAt = now;
            if (told.Count < ReasonsMax && told.Add(why))
            {
                toldAt = now;
                return true;
            }

            if (now - toldAt < distance)
            {
                return false;
            }

            toldAt = now;
            distance = distance * 2 < DistanceMax ? distance * 2 : DistanceMax;
            return true;
        }
    }

    /// <summary>It goes wrong no more; answers whether anybody was told that it did.</summary>
    public bool IsOver()
    {
        lock (gate)
        {
            var wasTold = told.Count > 0;
            told.Clear();
            return wasTold;
        }
    }
}
