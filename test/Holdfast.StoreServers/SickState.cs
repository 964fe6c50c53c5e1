namespace Holdfast.StoreServers;

/// <summary>What a <see cref="SickProxy"/> does to its connections.</summary>
internal sealed record SickState
{
    public static SickState Well { get; } = new();

    public TimeSpan Delay { get; init; }

    public bool IsSilent { get; init; }

    public string? SilentFor { get; init; }

    public bool Resets { get; init; }
}
