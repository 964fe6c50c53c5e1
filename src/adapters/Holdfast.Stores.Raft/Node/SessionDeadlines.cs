namespace Holdfast.Stores.Raft.Node;

/// <summary>
/// When sessions end, as the leader counts it. Deadlines only ever move later, and a new leader gives every session a full time
/// to live, so a session may end late and never early.
/// </summary>
internal sealed class SessionDeadlines
{
    private readonly Dictionary<string, Entry> sessions = new(StringComparer.Ordinal);

    /// <summary>No deadline passes before this.</summary>
    public TimeSpan NextDue { get; private set; } = TimeSpan.MaxValue;

    public void Clear()
    {
        sessions.Clear();
        NextDue = TimeSpan.MaxValue;
    }

    public void Start(string session, TimeSpan timeToLive, TimeSpan now)
    {
        // Two machines' clocks run at slightly different speeds; the margin is far above what quartz does.
        var full = timeToLive + (timeToLive / 500) + TimeSpan.FromMilliseconds(1);
        sessions[session] = new Entry(full) { Due = now + full };
        NextDue = NextDue < now + full ? NextDue : now + full;
    }

    public void End(string session) => sessions.Remove(session);

    public void Extend(string session, TimeSpan now)
    {
        if (sessions.TryGetValue(session, out var entry) && entry.ExpiryIndex is null)
        {
            entry.Due = now + entry.Full;
        }
    }

    /// <summary>The log index at which the session's end was proposed; null while it lives.</summary>
    public long? ExpiryIndexOf(string session) => sessions.TryGetValue(session, out var entry) ? entry.ExpiryIndex : null;

    public void Expiring(string session, long index)
    {
        if (sessions.TryGetValue(session, out var entry))
        {
            entry.ExpiryIndex = index;
        }
    }

    public IReadOnlyList<string> Overdue(TimeSpan now) => now < NextDue
        ? []
        : [.. sessions.Where(known => known.Value.ExpiryIndex is null && known.Value.Due <= now).Select(known => known.Key)];

    /// <summary>Looks for the next deadline; those that could not be proposed come again shortly.</summary>
    public void Plan(TimeSpan now)
    {
        var next = sessions.Values.Where(entry => entry.ExpiryIndex is null).Select(entry => entry.Due).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        var soon = now + TimeSpan.FromMilliseconds(20);
        NextDue = next > soon ? next : soon;
    }

    private sealed class Entry(TimeSpan full)
    {
        public TimeSpan Full => full;

        public TimeSpan Due { get; set; }

        public long? ExpiryIndex { get; set; }
    }
}
