namespace Holdfast.Simulation;

/// <summary>How one run ended.</summary>
/// <param name="Seed">What it followed from.</param>
/// <param name="Failure">The rule that was broken, and how; null when none was.</param>
/// <param name="At">The virtual time of the end.</param>
/// <param name="Hash">Equal for equal runs.</param>
/// <param name="Steps">How many things happened.</param>
/// <param name="Acknowledged">How many writes a client saw succeed.</param>
/// <param name="Leaders">How many times the lease came to somebody else than before.</param>
/// <param name="Trace">What happened, when it was kept.</param>
public sealed record SimulationResult(
    long Seed,
    string? Failure,
    TimeSpan At,
    ulong Hash,
    long Steps,
    int Acknowledged,
    int Leaders,
    IReadOnlyList<string> Trace);
