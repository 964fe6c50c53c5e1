namespace Holdfast.KubernetesApi;

/// <summary>What is wrong with the server at the moment; everything can be switched while it runs.</summary>
public sealed class ApiFaults
{
    private readonly Lock gate = new();
    private readonly List<Refusing> refusing = [];
    private TaskCompletionSource? hanging;
    private int lostAnswers;
    private volatile bool silencesWatches;

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Open watches stay open and say nothing any more, for good; those that are opened meanwhile are silent from the start.</summary>
    public bool SilencesWatches
    {
        get => silencesWatches;
        set => silencesWatches = value;
    }

    /// <summary>A read that allows any version (resourceVersion=0) is answered with what was there when this was switched on.</summary>
    public bool ServesStaleLists { get; set; }

    /// <summary>A watch whose start is no longer known is refused with the status 410 in place of an event that says so.</summary>
    public bool RefusesOldWatches { get; set; }

    /// <summary>How often an idle watch that allows it gets a bookmark.</summary>
    public TimeSpan BookmarkEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Verbs on resources that the account has no right to, such as <c>patch pods</c>.</summary>
    public HashSet<string> Forbids { get; } = new(StringComparer.Ordinal);

    /// <summary>The next so many writes are refused with this status, and not carried out; <see cref="int.MaxValue"/>: all, until <see cref="Heal"/>.</summary>
    public void RefuseWrites(int status, int times, int? retryAfter = null) => Add(new(status, times, retryAfter, null));

    /// <summary>The same for requests of one verb on one resource, such as <c>delete leases</c>.</summary>
    public void Refuse(string verbAndResource, int status, int times, int? retryAfter = null) => Add(new(status, times, retryAfter, verbAndResource));

    /// <summary>The next so many writes are carried out, and the connection breaks in place of an answer.</summary>
    public void LoseAnswers(int times) => Interlocked.Exchange(ref lostAnswers, times);

    /// <summary>Requests get no answer until <see cref="Heal"/>.</summary>
    public void Hang()
    {
        lock (gate)
        {
            hanging ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Everything is well again, but for the watches that were silenced.</summary>
    public void Heal()
    {
        lock (gate)
        {
            hanging?.SetResult();
            hanging = null;
            refusing.Clear();
        }

        (Delay, SilencesWatches, ServesStaleLists, RefusesOldWatches, lostAnswers) = (TimeSpan.Zero, false, false, false, 0);
        Forbids.Clear();
    }

    internal Task Hanging
    {
        get
        {
            lock (gate)
            {
                return hanging?.Task ?? Task.CompletedTask;
            }
        }
    }

    internal bool LosesAnswer() => Volatile.Read(ref lostAnswers) > 0 && Interlocked.Decrement(ref lostAnswers) >= 0;

    internal (int Status, int? RetryAfter)? TakeRefusal(string verb, ApiResource resource)
    {
        var isWrite = verb is not ("get" or "list" or "watch");
        lock (gate)
        {
            if (refusing.Find(each => each.What == $"{verb} {resource.Plural}" || (each.What is null && isWrite)) is not { } found)
            {
                return null;
            }

            if (found.Times != int.MaxValue && --found.Times == 0)
            {
                refusing.Remove(found);
            }

            return (found.Status, found.RetryAfter);
        }
    }

    private void Add(Refusing more)
    {
        lock (gate)
        {
            refusing.Add(more);
        }
    }

    private sealed class Refusing(int status, int times, int? retryAfter, string? what)
    {
        public int Status => status;

        public int? RetryAfter => retryAfter;

        public string? What => what;

        public int Times { get; set; } = times;
    }
}
