namespace Holdfast.Probes;

/// <summary>Connections that nobody waits for any more; each closes once its last step has ended.</summary>
internal sealed class LeftConnections
{
    private const int LeftMax = 8;
    private readonly List<Task> left = [];

    /// <summary>So many have not ended that no more may be opened.</summary>
    public bool AreTooMany
    {
        get
        {
            left.RemoveAll(task => task.IsCompleted);
            return left.Count >= LeftMax;
        }
    }

    /// <param name="step">What it was left in.</param>
    /// <param name="session">The connection; null while the step is to open one.</param>
    public void Add(Task step, CanarySession? session) => left.Add(CloseAfterAsync(step, session));

    private static async Task CloseAfterAsync(Task step, CanarySession? session)
    {
        await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        session ??= step is Task<CanarySession> { IsCompletedSuccessfully: true } opened ? await opened : null;
        try
        {
            await (session?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
#pragma warning disable CA1031 // The connection is given up: how it ends is nobody's matter.
        catch (Exception)
#pragma warning restore CA1031
        {
            // A broken connection may complain of being closed.
        }
    }
}
