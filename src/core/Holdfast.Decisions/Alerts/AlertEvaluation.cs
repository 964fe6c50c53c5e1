using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>What follows for the board from what is seen now. It knows no cluster: rules, figures and times alone.</summary>
public static class AlertEvaluation
{
    /// <summary>A subject of which nothing is heard any more is forgotten after this long.</summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(5);

    /// <param name="rules">By unique names.</param>
    /// <param name="samples">What is seen; a figure of a subject once at most.</param>
    /// <param name="board">As it was.</param>
    /// <param name="now">The calendar's time, since the next evaluator is on another host.</param>
    public static (AlertBoard Board, ImmutableArray<AlertChange> Changes) Step(
        ImmutableArray<AlertRule> rules, IReadOnlyCollection<AlertSample> samples, AlertBoard board, DateTimeOffset now)
    {
        var next = ImmutableSortedDictionary.CreateBuilder<string, ActiveAlert>(StringComparer.Ordinal);
        var changes = ImmutableArray.CreateBuilder<AlertChange>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            foreach (var sample in samples)
            {
                if (sample.Figure == rule.When.Figure)
                {
                    var key = KeyOf(rule, sample.Subject);
                    seen.Add(key);
                    Keep(Advance(rule, sample, board.Alerts.GetValueOrDefault(key), now));
                }
            }
        }

        foreach (var (key, silent) in board.Alerts)
        {
            if (!seen.Contains(key))
            {
                Keep(Unheard(silent, rules.Any(rule => rule.Name == silent.Rule), now));
            }
        }

        return (new(next.ToImmutable()), changes.ToImmutable());

        void Keep((ActiveAlert? Alert, AlertChange? Change) step)
        {
            if (step.Alert is { } alert)
            {
                next[alert.Key] = alert;
            }

            if (step.Change is { } change)
            {
                changes.Add(change);
            }
        }
    }

    private static (ActiveAlert? Alert, AlertChange? Change) Advance(AlertRule rule, AlertSample sample, ActiveAlert? known, DateTimeOffset now)
    {
        var isOn = rule.When.Holds(sample.Value) || (known?.FiringSince is not null && rule.Until?.Holds(sample.Value) == true);
        return (known, isOn) switch
        {
            (null, false) => (null, null),
            ({ FiringSince: null }, false) => (null, null),
            ({ } firing, false) => Over(firing, rule.KeepFor, now),
            _ => On(rule, sample, known, now),
        };
    }

    private static (ActiveAlert? Alert, AlertChange? Change) On(AlertRule rule, AlertSample sample, ActiveAlert? known, DateTimeOffset now)
    {
        var alert = (known ?? new ActiveAlert { Rule = rule.Name, Subject = sample.Subject, Severity = rule.Severity, Since = now, Summary = "" }) with
        {
            Severity = rule.Severity,
            OverSince = null,
            Runbook = rule.Runbook,
            Summary = known?.FiringSince is null ? Words(rule, sample) : known.Summary,
        };
        return alert.FiringSince is null && now - alert.Since >= rule.For
            ? (alert with { FiringSince = now }, new(alert with { FiringSince = now }, false, now))
            : (alert, null);
    }

    private static (ActiveAlert? Alert, AlertChange? Change) Over(ActiveAlert firing, TimeSpan keepFor, DateTimeOffset now)
    {
        var over = firing with { OverSince = firing.OverSince ?? now };
        return now - over.OverSince >= keepFor ? (null, new(over, true, now)) : (over, null);
    }

    private static (ActiveAlert? Alert, AlertChange? Change) Unheard(ActiveAlert known, bool isRule, DateTimeOffset now) => known switch
    {
        { FiringSince: null } => (null, null),
        _ when !isRule => (null, new(known, true, now)),
        _ => Over(known, ForgottenAfter, now),
    };

    private static string KeyOf(AlertRule rule, string subject) => subject.Length > 0 ? $"{rule.Name}/{subject}" : rule.Name;

    private static string Words(AlertRule rule, AlertSample sample) => rule.Summary
        .Replace("{subject}", sample.Subject, StringComparison.Ordinal)
        .Replace("{value}", sample.Value.ToString("0.#", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
