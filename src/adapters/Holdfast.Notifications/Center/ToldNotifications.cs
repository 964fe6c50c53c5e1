using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Center;

/// <summary>What a target has been told and still fires.</summary>
internal sealed class ToldNotifications(int limit)
{
    private readonly Dictionary<string, Told> byKey = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Told> All => byKey.Values;

    public Told? Find(string key) => byKey.GetValueOrDefault(key);

    public void Put(Told told)
    {
        var key = told.Notification.Key;
        if (!byKey.ContainsKey(key) && byKey.Count >= limit)
        {
            byKey.Remove(byKey.MinBy(pair => pair.Value.At).Key);
        }

        byKey[key] = told;
    }

    public void Forget(string key) => byKey.Remove(key);

    /// <summary>The one to repeat first, of those that do not change just now; null when the target needs no repeating.</summary>
    public Told? NextRepeat(Predicate<string> isChanging) => byKey.Values
        .Where(told => told.RepeatAt is not null && !isChanging(told.Notification.Key))
        .MinBy(told => told.RepeatAt);
}

/// <param name="Notification">As it was last heard of.</param>
/// <param name="At">When.</param>
/// <param name="IsTaken">False: the target has refused it, so it has nothing to hear of its end.</param>
/// <param name="RepeatAt">When it must be told again.</param>
internal sealed record Told(Notification Notification, TimeSpan At, bool IsTaken, TimeSpan? RepeatAt);
