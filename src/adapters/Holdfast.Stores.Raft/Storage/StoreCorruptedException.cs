namespace Holdfast.Stores.Raft.Storage;

/// <summary>The data directory holds something that this program did not write, or lost something it did; the node must not start.</summary>
public sealed class StoreCorruptedException(string file, long offsetBytes, string what, Exception? inner)
    : Exception(
        $"{file}, offset {offsetBytes}: {what}. This node must not take part with a damaged log, since it may have forgotten a vote "
        + "or entries that it confirmed. Remove the member from the cluster on another node, set this data directory aside (rename "
        + "it, do not delete it), and let the node join anew as an empty member (join: true). Never start it with an empty "
        + "directory while the others still count it as a voter.",
        inner)
{
    public string File { get; } = file;

    public long OffsetBytes { get; } = offsetBytes;
}
