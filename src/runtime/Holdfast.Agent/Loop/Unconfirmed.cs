using Holdfast.Decisions;
using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent.Loop;

/// <summary>What the log says of actions that are not confirmed: while the store is away the same ones fail turn after turn.</summary>
internal sealed partial class Unconfirmed(TimeProvider time, ILogger logger)
{
    private readonly Dictionary<string, Complaint> complaints = new(StringComparer.Ordinal);

    public void Tell(HaAction action, string why)
    {
        var name = action.GetType().Name;
        if (!complaints.TryGetValue(name, out var complaint))
        {
            complaints[name] = complaint = new(time);
        }

        if (complaint.IsDue(why))
        {
            LogUnconfirmed(name, why);
        }
    }

    /// <summary>The session could not be kept, and is again.</summary>
    public void TellKept()
    {
        complaints.Clear();
        LogKept();
    }

    [LoggerMessage(1201, LogLevel.Warning, "{Action} is not confirmed: {Why}")]
    private partial void LogUnconfirmed(string action, string why);

    [LoggerMessage(1206, LogLevel.Information, "The store keeps this member's session again")]
    private partial void LogKept();
}
