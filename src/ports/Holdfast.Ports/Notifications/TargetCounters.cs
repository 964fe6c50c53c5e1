namespace Holdfast.Ports.Notifications;

/// <summary>What has become of a target's notifications since the start.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Sent">Taken by the target.</param>
/// <param name="Failed">Refused by it, or given up.</param>
/// <param name="Dropped">Lost because the queue was full.</param>
/// <param name="Queued">Waiting now.</param>
public sealed record TargetCounters(string Target, long Sent, long Failed, long Dropped, int Queued);
