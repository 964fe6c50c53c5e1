namespace Holdfast.Stores.Raft.Tests.Faults;

/// <summary>
/// A clock that only counts how much time has passed. Every node of every test has it: whoever asks for the time of day, which
/// jumps, fails.
/// </summary>
internal sealed class NoTimeOfDay : TimeProvider
{
    public static readonly NoTimeOfDay Instance = new();

    public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("the time of day jumps, so nothing may depend on it");
}
