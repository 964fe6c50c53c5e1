namespace Holdfast.Decisions.Configuration;

/// <summary>How fast a new cluster is, and so how often its members renew their sessions.</summary>
public sealed record InitialTiming(int TimeToLiveSeconds, int LoopWaitSeconds, int RetryTimeoutSeconds)
{
    /// <summary>A renewal costs next to nothing.</summary>
    public static InitialTiming Swift { get; } = new(
        DynamicConfiguration.InitialValues.TimeToLiveSeconds,
        DynamicConfiguration.InitialValues.LoopWaitSeconds,
        DynamicConfiguration.InitialValues.RetryTimeoutSeconds);

    /// <summary>A renewal is a write to a store that many share: three members make 23 a minute.</summary>
    public static InitialTiming Sparing { get; } = new(24, 8, 6);
}
