namespace Holdfast.Probes;

/// <summary>
/// Takes the steps of one attempt against one deadline. A step that is late is left behind with its connection, which ends by the driver's own
/// limit: neither a hanging server nor a cancel request to one holds the prober up.
/// </summary>
internal sealed class Attempt(TimeSpan limit, TimeProvider time)
{
    public TimeSpan StartedAt { get; } = time.GetElapsedTime(0);

    /// <summary>Waits for a step as long as the attempt may last, and measures it.</summary>
    /// <exception cref="TimeoutException">It is left behind.</exception>
    public async Task<(T Result, TimeSpan Took)> StepAsync<T>(Task<T> step, CancellationToken stopping)
    {
        var began = time.GetElapsedTime(0);
        var left = StartedAt + limit - began;
        var result = await step.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, stopping);
        return (result, time.GetElapsedTime(0) - began);
    }
}
