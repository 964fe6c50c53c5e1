namespace Holdfast.Router.Loops;

/// <summary>Calls back once on its loop's thread, no earlier than it was asked to; can be moved or cancelled any time.</summary>
internal sealed class LoopTimer(Action callback)
{
    /// <summary>When it is due, in the loop's milliseconds; null while it is not armed.</summary>
    public long? DueMs { get; private set; }

    /// <summary>When the loop's queue will look at it; null while it is in no queue.</summary>
    internal long? QueuedMs { get; set; }

    /// <summary>Moves it, or arms it anew.</summary>
    public void Arm(Loop loop, TimeSpan after)
    {
        DueMs = loop.NowMs + (long)Math.Ceiling(after.TotalMilliseconds);
        if (QueuedMs is not { } queued || queued > DueMs)
        {
            loop.Queue(this, DueMs.Value);
        }
    }

    public void Cancel() => DueMs = null;

    internal void Fire()
    {
        DueMs = null;
        callback();
    }
}
