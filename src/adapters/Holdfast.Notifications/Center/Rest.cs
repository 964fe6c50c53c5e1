using System.Threading.Channels;

namespace Holdfast.Notifications.Center;

/// <summary>How a loop waits: until something has changed, or a moment has come.</summary>
internal sealed class Rest(TimeProvider time)
{
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Disturb() => changes.Writer.TryWrite(true);

    /// <param name="atMost">How long; null: until something changes.</param>
    /// <param name="stopping">Ends the wait with an exception.</param>
    public async Task WaitAsync(TimeSpan? atMost, CancellationToken stopping)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return;
        }

        using var due = new CancellationTokenSource(atMost ?? Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stopping);
        try
        {
            await changes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The moment has come.
        }
    }
}
