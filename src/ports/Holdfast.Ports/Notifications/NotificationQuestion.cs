using Holdfast.Model.Approvals;

namespace Holdfast.Ports.Notifications;

/// <summary>What a notification asks: a target that speaks for a person gets addresses that answer as that person.</summary>
/// <param name="Id">Of the request for approval.</param>
/// <param name="Key">What the addresses are signed with.</param>
/// <param name="Url">A member's REST address, without a path.</param>
public sealed record NotificationQuestion(string Id, LinkKey Key, Uri Url);
