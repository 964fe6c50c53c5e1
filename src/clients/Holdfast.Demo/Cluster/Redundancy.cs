namespace Holdfast.Demo.Cluster;

/// <summary>How much of the cluster's redundancy is there, by the primary's own words and by the store's.</summary>
/// <param name="Leader">Who leads according to the store; null when nobody does or nobody answers.</param>
/// <param name="Streaming">Members that stream from the primary.</param>
/// <param name="Synchronous">Those among them that commits wait for.</param>
/// <param name="IsSynchronousRecorded">Whether the store names a synchronous standby.</param>
/// <param name="Expected">How many members should stream.</param>
public sealed record Redundancy(string? Leader, int Streaming, int Synchronous, bool IsSynchronousRecorded, int Expected)
{
    public bool IsComplete => Leader is not null && Streaming == Expected && Synchronous > 0 && IsSynchronousRecorded;

    public string Words => Leader is null
        ? "no primary yet"
        : $"primary {Leader}, {Streaming} of {Expected} replicas streaming, {(IsSynchronousRecorded ? "a" : "no")} synchronous standby";
}
