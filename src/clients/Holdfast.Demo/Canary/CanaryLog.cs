namespace Holdfast.Demo.Canary;

/// <summary>All acknowledgements so far; the writers add, others look.</summary>
/// <param name="time">The clock.</param>
/// <param name="keepsClients">A connection may be carried to another server; its history tells then.</param>
internal sealed class CanaryLog(TimeProvider time, bool keepsClients)
{
    private readonly Lock gate = new();
    private readonly List<Acknowledgement> acknowledgements = [];
    private readonly long began = time.GetTimestamp();
    private TimeSpan newestConnection = TimeSpan.MinValue;
    private TimeSpan newestHistory = TimeSpan.MinValue;
    private long timeline;

    public TimeSpan Now => time.GetElapsedTime(began);

    public int Count
    {
        get
        {
            lock (gate)
            {
                return acknowledgements.Count;
            }
        }
    }

    public void Add(Acknowledgement acknowledgement)
    {
        lock (gate)
        {
            acknowledgements.Add(acknowledgement);
            newestConnection = acknowledgement.Connected > newestConnection ? acknowledgement.Connected : newestConnection;
            if (acknowledgement.Timeline > timeline)
            {
                timeline = acknowledgement.Timeline;
                newestHistory = acknowledgement.Acknowledged;
            }
        }
    }

    public IReadOnlyList<Acknowledgement> Snapshot()
    {
        lock (gate)
        {
            return [.. acknowledgements];
        }
    }

    /// <summary>Whether a write succeeded on a connection that was opened after that time, or, behind a router, was carried to a server that was promoted after it.</summary>
    public bool IsServedSince(TimeSpan at)
    {
        lock (gate)
        {
            return newestConnection > at || (keepsClients && newestHistory > at);
        }
    }
}
