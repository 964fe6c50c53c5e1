using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>The words for jobs and quantities in reasons.</summary>
internal static class Words
{
    public static string Of(DatabaseJobKind kind) => kind switch
    {
        DatabaseJobKind.Bootstrap => "the making of the first database",
        DatabaseJobKind.Clone => "the clone",
        DatabaseJobKind.Rewind => "the rewind",
        DatabaseJobKind.StartPrimary => "the start as primary",
        DatabaseJobKind.StartReplica => "the start as replica",
        DatabaseJobKind.Stop => "the stop",
        DatabaseJobKind.Restart => "the restart",
        DatabaseJobKind.Promote => "the promotion",
        DatabaseJobKind.JoinGroup => "the joining of the group",
        DatabaseJobKind.BootstrapGroup => "the beginning of the group",
        DatabaseJobKind.ChangeGroupMode => "the change of the group's mode",
        DatabaseJobKind.ElectPrimary => "the change of the primary",
        DatabaseJobKind.Expel => "the expulsion of a dead member",
        _ => "the checkpoint",
    };

    public static string Seconds(TimeSpan span) =>
        span.TotalSeconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + " s";
}
