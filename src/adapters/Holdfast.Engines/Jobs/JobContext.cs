namespace Holdfast.Engines.Jobs;

/// <summary>What every job is given.</summary>
/// <param name="Report">Says how far it is.</param>
/// <param name="KillsBefore">The kills there were when the job began: a later one must not be undone by a start.</param>
/// <param name="Cancellation">Ends the job early.</param>
internal sealed record JobContext(Action<string> Report, long KillsBefore, CancellationToken Cancellation);
