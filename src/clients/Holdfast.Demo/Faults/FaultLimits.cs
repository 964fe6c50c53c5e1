namespace Holdfast.Demo.Faults;

/// <summary>How long is waited for what.</summary>
public sealed record FaultLimits
{
    /// <summary>Until writes succeed again.</summary>
    public TimeSpan Service { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Until the redundancy is whole again.</summary>
    public TimeSpan Redundancy { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long a frozen primary stays frozen.</summary>
    public TimeSpan Freeze { get; init; } = TimeSpan.FromSeconds(20);
}
