namespace Holdfast.Stores.Raft.Transport;

/// <summary>One complaint a minute about each remote address, so that a stray scanner does not fill the log.</summary>
internal sealed class ComplaintLimiter(TimeProvider time)
{
    private const int RemotesMax = 1024;
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> last = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public bool MayComplain(string remote)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (last.TryGetValue(remote, out var before) && time.GetElapsedTime(before, now) < Quiet)
            {
                return false;
            }

            if (last.Count >= RemotesMax)
            {
                last.Clear();
            }

            last[remote] = now;
            return true;
        }
    }
}
