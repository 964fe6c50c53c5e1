namespace Holdfast.Stores.Kubernetes;

/// <summary>When this client last failed to renew its own session, or to end another's: it may then judge nobody's silence for a while.</summary>
internal sealed class Disturbances(TimeProvider time)
{
    private long last = long.MinValue;

    /// <summary>On the clock of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Last => Interlocked.Read(ref last);

    public void Note() => Interlocked.Exchange(ref last, time.GetTimestamp());
}
