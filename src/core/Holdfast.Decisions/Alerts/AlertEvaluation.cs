using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>What follows for the board from what is seen now, figure by figure. It knows no cluster: rules, figures and times alone.</summary>
/// <param name="rules">By unique names.</param>
/// <param name="board">As it was.</param>
/// <param name="isOwn">Whether the rules are meant that each member goes by for itself, or the others.</param>
/// <param name="now">The calendar's time, since the next evaluator is on another host.</param>
public sealed class AlertEvaluation(ImmutableArray<AlertRule> rules, AlertBoard board, bool isOwn, DateTimeOffset now) : IAlertSampleVisitor
{
    /// <summary>A subject of which nothing is heard any more is forgotten after this long.</summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(5);
    private readonly HashSet<string>? seen = board.Alerts.IsEmpty ? null : new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, ActiveAlert> next = board.Alerts;
    private ImmutableArray<AlertChange> over = [];

    /// <summary>A figure of a subject comes once at most.</summary>
    public void Visit(AlertSample sample)
    {
        foreach (var rule in rules)
        {
            if (rule.When.Figure != sample.Figure || !IsMeant(rule) || (seen is null && !rule.When.Holds(sample.Value)))
            {
                continue;
            }

            var subject = sample.Subject;
            var key = subject.Length > 0 ? $"{rule.Name}/{subject}" : rule.Name;
            var known = board.Alerts.GetValueOrDefault(key);
            if (known is not null)
            {
                seen?.Add(key);
            }

            Keep(key, known, Advance(rule, sample, known), rule.KeepFor);
        }
    }

    /// <summary>When everything that is seen was looked at: what holds now, and what is over.</summary>
    public (AlertBoard Board, ImmutableArray<AlertChange> Over) End()
    {
        if (seen is not null)
        {
            foreach (var (key, silent) in board.Alerts)
            {
                if (!seen.Contains(key))
                {
                    Keep(key, silent, Unheard(silent), RuleOf(silent) is null ? TimeSpan.Zero : ForgottenAfter);
                }
            }
        }

        return (next == board.Alerts ? board : new(next), over);
    }

    private bool IsMeant(AlertRule rule) => AlertFigures.IsOwn(rule.When.Figure) == isOwn;

    private void Keep(string key, ActiveAlert? known, ActiveAlert? alert, TimeSpan keepFor)
    {
        if (alert is null && known is null)
        {
            return;
        }

        if (alert is { OverSince: { } since } && now - since >= keepFor)
        {
            over = over.Add(new(alert, AlertNews.Over, now));
            alert = null;
        }

        if (alert != known)
        {
            next = alert is null ? next.Remove(key) : next.SetItem(key, alert);
        }
    }

    private ActiveAlert? Advance(AlertRule rule, AlertSample sample, ActiveAlert? known)
    {
        var isOn = rule.When.Holds(sample.Value) || (known?.FiringSince is not null && rule.Until?.Holds(sample.Value) == true);
        return (known, isOn) switch
        {
            (null or { FiringSince: null }, false) => null,
            ({ } firing, false) => firing with { OverSince = firing.OverSince ?? now },
            _ => On(rule, sample, known),
        };
    }

    private ActiveAlert On(AlertRule rule, AlertSample sample, ActiveAlert? known)
    {
        // What somebody has taken in hand goes on as it is: nobody else is told of that.
        var grows = known is { FiringSince: not null, Acknowledged: null, Asked: { } asked } && sample.Asked > asked;
        var since = grows ? now : known?.Since ?? now;
        var fires = grows || (known?.FiringSince is null && now - since >= rule.For);
        return new()
        {
            Rule = rule.Name,
            Subject = known?.Subject ?? sample.Subject,
            Severity = rule.Severity,
            Since = since,
            FiringSince = fires ? now : known?.FiringSince,
            Asked = fires || known?.Asked is null ? sample.Asked : known.Asked,

            // What is kept in the store does not change with every figure.
            Summary = fires || known is null ? Words(rule, sample) : known.Summary,
            Runbook = rule.Runbook,
            IsEscalated = rule.IsEscalated,
            IsTold = known?.IsTold == true,
            SilencedBy = known?.SilencedBy,
            Acknowledged = known?.Acknowledged,
        };
    }

    private ActiveAlert? Unheard(ActiveAlert known) => known.FiringSince is null ? null : known with { OverSince = known.OverSince ?? now };

    private AlertRule? RuleOf(ActiveAlert alert)
    {
        foreach (var rule in rules)
        {
            if (rule.Name == alert.Rule && IsMeant(rule))
            {
                return rule;
            }
        }

        return null;
    }

    private static string Words(AlertRule rule, AlertSample sample) => rule.Summary
        .Replace("{subject}", sample.Subject, StringComparison.Ordinal)
        .Replace("{days}", (sample.Value / TimeSpan.SecondsPerDay).ToString("0.#", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{value}", sample.Value.ToString("0.#", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
