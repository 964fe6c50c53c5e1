namespace Holdfast.Model.Alerts;

/// <summary>How the store has served this member of late.</summary>
/// <param name="Answer">The median of its last calls that were answered; null before there were enough of them.</param>
/// <param name="FailedPercent">How many of its last calls were not answered; null before there were enough of them.</param>
/// <param name="MembersLost">How many of the store's own members do not answer, or lag behind; null where the store does not say.</param>
public sealed record StoreHealth(TimeSpan? Answer, double? FailedPercent, int? MembersLost)
{
    public static readonly StoreHealth Unknown = new(null, null, null);
}
