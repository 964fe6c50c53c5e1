using System.Collections.Immutable;
using Holdfast.Decisions.Alerts;
using Holdfast.Model;
using Holdfast.Model.Access;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Model.Probes;
using Holdfast.Ports.Control;
using Holdfast.Ports.Peers;
using Dynamic = Holdfast.Decisions.Configuration.DynamicConfiguration;

namespace Holdfast.Api.Tests;

/// <summary>An agent that a test writes the lines of: it shows the view it is given and answers as it is told.</summary>
internal sealed class ScriptedControl : IMemberControl
{
    private ClusterView? view;

    public ClusterView? View
    {
        get => NextView?.Invoke() ?? view;
        set => view = value;
    }

    /// <summary>Shows another view with every look, while it has one to show.</summary>
    public Func<ClusterView?>? NextView { get; set; }

    public ImmutableArray<DecisionRecord> Decisions { get; set; } = [];

    public string? DynamicConfiguration { get; set; } = """{"ttl":30}""";

    public ImmutableSortedDictionary<string, bool> Fences { get; set; } = ImmutableSortedDictionary<string, bool>.Empty.Add("guard", true);

    public MemberFigures Figures { get; set; } = MemberFigures.None;

    public ProbeRecord? Probe { get; set; }

    /// <summary>What every request for a change is answered.</summary>
    public ControlAnswer Answer { get; set; } = new(ControlOutcome.Done, "");

    public List<object> Requests { get; } = [];

    /// <summary>What happens in the cluster once a switchover was asked for.</summary>
    public Action<SwitchoverRequest>? OnSwitchover { get; set; }

    public Task<ControlAnswer> ChangeConfigurationAsync(string json, ConfigurationChange change, CancellationToken cancellationToken)
    {
        Requests.Add((change, json));
        if (Answer.Outcome != ControlOutcome.Done)
        {
            return Task.FromResult(Answer);
        }

        DynamicConfiguration = change == ConfigurationChange.Merge ? Dynamic.Merge(DynamicConfiguration!, json).Json : json;
        if (view is not null)
        {
            view = view with
            {
                Store = view.Store with { ConfigurationRevision = new(view.Store.ConfigurationRevision.Number + 1) },
                Policy = Dynamic.ToPolicy(DynamicConfiguration).Policy,
            };
        }

        return Task.FromResult(new ControlAnswer(ControlOutcome.Done, DynamicConfiguration));
    }

    public Task<ControlAnswer> RequestSwitchoverAsync(SwitchoverRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        if (Answer.Outcome == ControlOutcome.Done)
        {
            OnSwitchover?.Invoke(request);
        }

        return Task.FromResult(Answer);
    }

    public Task<ControlAnswer> CancelSwitchoverAsync(CancellationToken cancellationToken) => Asked("cancel switchover");

    public Task<ControlAnswer> RestartAsync(RestartConditions conditions, CancellationToken cancellationToken) => Asked(conditions);

    public Task<ControlAnswer> CancelRestartAsync(CancellationToken cancellationToken) => Asked("cancel restart");

    public Task<ControlAnswer> VoteAsync(string? id, ApprovalVote vote, CancellationToken cancellationToken) => Asked((id, vote));

    public Task<ControlAnswer> AnswerAlertsAsync(Func<AlertAnswers, AlertBoard, (AlertAnswers? Answers, string Words)> change, CancellationToken cancellationToken)
    {
        (var next, var words) = change(Said, View is { } view ? AlertRules.BoardOf(view) : AlertBoard.Empty);
        Said = next ?? Said;
        return Task.FromResult(new ControlAnswer(next is null ? ControlOutcome.Refused : ControlOutcome.Done, words));
    }

    public AlertAnswers Said { get; set; } = AlertAnswers.Empty;

    public ImmutableArray<string> Audit { get; set; } = [];

    public ImmutableArray<string> Attempts { get; set; } = [];

    public ImmutableArray<AccessToken> Tokens { get; set; } = [];

    public Task<ControlAnswer> ChangeTokensAsync(
        Func<ImmutableArray<AccessToken>, (ImmutableArray<AccessToken>? Next, string Words)> change, CancellationToken cancellationToken)
    {
        var (next, words) = change(Tokens);
        Tokens = next ?? Tokens;
        return Task.FromResult(new ControlAnswer(next is null ? ControlOutcome.Refused : ControlOutcome.Done, words));
    }

    public List<AuditFact> Facts { get; } = [];

    public Task<bool> AuditAsync(AuditFact fact, CancellationToken cancellationToken)
    {
        Facts.Add(fact);
        return Task.FromResult(true);
    }

    public Task<ControlAnswer> ReinitializeAsync(CancellationToken cancellationToken) => Asked("reinitialize");

    public LeaderClaim? Claim { get; private set; }

    public Task<ControlAnswer> ConfirmLeaderAsync(LeaderClaim claim, CancellationToken cancellationToken)
    {
        Claim = claim;
        return Task.FromResult(Answer);
    }

    public Task<ControlAnswer> ReloadAsync(CancellationToken cancellationToken) => Asked("reload");

    private Task<ControlAnswer> Asked(object request)
    {
        Requests.Add(request);
        return Task.FromResult(Answer);
    }
}
