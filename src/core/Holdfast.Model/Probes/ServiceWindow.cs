using System.Collections.Immutable;

namespace Holdfast.Model.Probes;

/// <summary>For how long a client was served, and for how long not. Time that nobody measured is in neither.</summary>
public readonly record struct ServiceTime(TimeSpan Up, TimeSpan Down, long LostWrites)
{
    /// <summary>From 0 to 1; null where nothing was measured.</summary>
    public double? Availability => Up + Down > TimeSpan.Zero ? Up / (Up + Down) : null;

    public static ServiceTime operator +(ServiceTime left, ServiceTime right) => left.Add(right);

    public ServiceTime Add(ServiceTime other) => new(Up + other.Up, Down + other.Down, LostWrites + other.LostWrites);
}

/// <summary>The last stretch of time in a fixed number of buckets, by the calendar.</summary>
/// <param name="BucketLength">How finely it forgets.</param>
/// <param name="BucketsMax">How many are kept, the present one among them.</param>
public sealed record ServiceWindow(TimeSpan BucketLength, int BucketsMax)
{
    /// <summary>Oldest first; a bucket in which nothing was measured is not there.</summary>
    public ImmutableArray<ServiceBucket> Buckets { get; init; } = [];

    /// <summary>A calendar that was set back finds all that lies ahead of it in the present bucket, so that nothing stays for ever.</summary>
    public ServiceWindow Add(DateTimeOffset at, ServiceTime time)
    {
        var present = IndexOf(at);
        var ahead = Buckets.Where(bucket => bucket.Index >= present).Aggregate(time, (sum, bucket) => sum + bucket.Time);
        return this with
        {
            Buckets = [.. Buckets.Where(bucket => bucket.Index < present && bucket.Index > present - BucketsMax), new ServiceBucket(present, ahead)],
        };
    }

    /// <summary>The sum of the buckets that the last stretch of time begins, ends or passes in.</summary>
    public ServiceTime Over(DateTimeOffset now, TimeSpan length)
    {
        var first = IndexOf(now - length);
        return Buckets.Where(bucket => bucket.Index > first).Aggregate(default(ServiceTime), (sum, bucket) => sum + bucket.Time);
    }

    private long IndexOf(DateTimeOffset at) => at.UtcTicks / BucketLength.Ticks;
}

/// <summary>One bucket of a window.</summary>
/// <param name="Index">How many buckets lie between it and the calendar's beginning.</param>
/// <param name="Time">What was measured in it.</param>
public readonly record struct ServiceBucket(long Index, ServiceTime Time);
