using Holdfast.Model;

namespace Holdfast.Ports.Peers;

/// <summary>What members say of their databases over REST, for those who only look.</summary>
public interface IMemberHealthSource
{
    /// <summary>Null when the member does not answer in time, or not in a way that can be understood.</summary>
    Task<MemberHealthAnswer?> AskAsync(string apiUrl, CancellationToken cancellationToken);
}

/// <param name="Role">What the database is; unknown when it does not run.</param>
/// <param name="Timeline">Null while it does not run.</param>
/// <param name="Position">The end of a primary's log; null for a replica.</param>
/// <param name="ReplayPosition">How far a replica has replayed; null for a primary.</param>
public sealed record MemberHealthAnswer(DatabaseRole Role, Timeline? Timeline, LogPosition? Position, LogPosition? ReplayPosition);
