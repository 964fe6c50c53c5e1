using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Access;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Model.Probes;
using Holdfast.Ports.Peers;

namespace Holdfast.Ports.Control;

/// <summary>What this member's agent lets others see and ask for: the REST endpoints stand on it.</summary>
public interface IMemberControl
{
    /// <summary>The latest view; null until the first turn of the loop.</summary>
    ClusterView? View { get; }

    /// <summary>The last decisions that differed from the one before, oldest first, at most a few hundred.</summary>
    ImmutableArray<DecisionRecord> Decisions { get; }

    /// <summary>The dynamic configuration as JSON text; null while the cluster has none.</summary>
    string? DynamicConfiguration { get; }

    /// <summary>Why each fence is ready or not, by name.</summary>
    ImmutableSortedDictionary<string, bool> Fences { get; }

    /// <summary>What the agent has counted since it began.</summary>
    MemberFigures Figures => MemberFigures.None;

    /// <summary>What clients meet at this member's router; null where nobody tries.</summary>
    ProbeRecord? Probe => null;

    /// <summary>
    /// Merges a JSON object into the dynamic configuration: null removes an existing key; an object under an absent key is stored
    /// as given. Or puts it in place of the whole. When it is done, the words are the configuration as it was written.
    /// </summary>
    Task<ControlAnswer> ChangeConfigurationAsync(string json, ConfigurationChange change, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a JSON object in place of the dynamic configuration if that is still the one of this revision, and is a conflict otherwise.
    /// </summary>
    Task<ControlAnswer> ReplaceConfigurationAsync(string json, Revision expected, CancellationToken cancellationToken) =>
        View?.Store.ConfigurationRevision == expected
            ? ChangeConfigurationAsync(json, ConfigurationChange.Replace, cancellationToken)
            : Task.FromResult(new ControlAnswer(ControlOutcome.Conflict, "the configuration was changed by somebody else"));

    /// <summary>Asks for another leader. The caller waits for the outcome by watching <see cref="View"/>.</summary>
    Task<ControlAnswer> RequestSwitchoverAsync(SwitchoverRequest request, CancellationToken cancellationToken);

    /// <summary>Removes a scheduled switchover.</summary>
    Task<ControlAnswer> CancelSwitchoverAsync(CancellationToken cancellationToken);

    /// <summary>Answers the question whether a member may lead. Refused, with the reason, when the answer does not count any more.</summary>
    /// <param name="id">Of the request; null for the one that is open.</param>
    /// <param name="vote">Who answers what; its time is when it arrived here.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<ControlAnswer> VoteAsync(string? id, ApprovalVote vote, CancellationToken cancellationToken);

    /// <summary>Changes what people have said of alerts. Refused, with the reason, when that makes no sense any more.</summary>
    /// <param name="change">From what was said and what is known to hold, to what is said from now on, null for nothing new, and words for who asked.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<ControlAnswer> AnswerAlertsAsync(Func<AlertAnswers, AlertBoard, (AlertAnswers? Answers, string Words)> change, CancellationToken cancellationToken);

    /// <summary>What was done to the cluster, oldest first: JSON objects as the store holds them.</summary>
    ImmutableArray<string> Audit { get; }

    /// <summary>Logins and refused requests, in the same form.</summary>
    ImmutableArray<string> Attempts { get; }

    /// <summary>Adds to what was done to the cluster; false when the store did not take it.</summary>
    /// <param name="fact">What it was.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<bool> AuditAsync(AuditFact fact, CancellationToken cancellationToken);

    /// <summary>The bearer tokens that the cluster knows, by their hashes.</summary>
    ImmutableArray<AccessToken> Tokens { get; }

    /// <summary>Puts another list of tokens in place of the present one.</summary>
    /// <param name="change">From the present list to the next one, null for a refusal; and the words for who asked.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<ControlAnswer> ChangeTokensAsync(
        Func<ImmutableArray<AccessToken>, (ImmutableArray<AccessToken>? Next, string Words)> change, CancellationToken cancellationToken);

    /// <summary>Restarts this member's database and waits for the end of it.</summary>
    Task<ControlAnswer> RestartAsync(RestartConditions conditions, CancellationToken cancellationToken);

    /// <summary>Removes a scheduled restart.</summary>
    Task<ControlAnswer> CancelRestartAsync(CancellationToken cancellationToken);

    /// <summary>Clones this member anew from the leader; answers when it has begun.</summary>
    Task<ControlAnswer> ReinitializeAsync(CancellationToken cancellationToken);

    /// <summary>Asks this member to promise a leader that has lost the store not to lead for now; refused with the reason.</summary>
    Task<ControlAnswer> ConfirmLeaderAsync(LeaderClaim claim, CancellationToken cancellationToken);

    /// <summary>Reads the local configuration file again.</summary>
    Task<ControlAnswer> ReloadAsync(CancellationToken cancellationToken);
}

/// <summary>Something that a person did.</summary>
/// <param name="Kind">approval, configuration, operation or login.</param>
/// <param name="Who">By the name that was proven.</param>
/// <param name="What">In words.</param>
/// <param name="Details">More, by name.</param>
public sealed record AuditFact(string Kind, string Who, string What, ImmutableSortedDictionary<string, string> Details)
{
    /// <summary>It changed nothing: a login, or a refused request. Such ones put nothing out of the trail of what was done.</summary>
    public bool IsAttempt { get; init; }
}

public enum ConfigurationChange
{
    Merge,
    Replace,
}

/// <summary>When a restart is to happen, and what must hold then.</summary>
public sealed record RestartConditions(DateTimeOffset? At, DatabaseRole? OnlyIfRole, bool OnlyIfPending, string? OnlyIfVersionBelow)
{
    /// <summary>How long the restart may take before another member is to lead; null for the cluster's own limit.</summary>
    public TimeSpan? Limit { get; init; }
}

/// <summary>How a request to the agent ended, with the words for the person who made it.</summary>
public sealed record ControlAnswer(ControlOutcome Outcome, string Words);

public enum ControlOutcome
{
    Done,

    /// <summary>Accepted for later.</summary>
    Scheduled,

    /// <summary>What was asked makes no sense.</summary>
    BadRequest,

    /// <summary>Not possible as things are now.</summary>
    Refused,

    /// <summary>Somebody else changed the same thing at the same time.</summary>
    Conflict,

    /// <summary>Store or database did not answer.</summary>
    Unavailable,
    Failed,
}

/// <summary>One decision of the agent with the inputs that mattered, for people who ask why.</summary>
public sealed record DecisionRecord(
    DateTimeOffset At,
    string Concern,
    string Rule,
    string Reason,
    ImmutableArray<string> Actions,
    string Inputs,
    int Repeats);
