using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Decisions.Alerts;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Configuration;

/// <summary>Reads what people are told of: the defaults, and what the operator changes of them or adds, by their names.</summary>
internal static class AlertReader
{
    public static ImmutableArray<AlertRule> Read(JsonObject section, ImmutableArray<string>.Builder warnings)
    {
        var rules = AlertDefaults.Rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        foreach (var (name, stated) in section["rules"] as JsonObject ?? [])
        {
            if (stated is JsonValue && PolicyReader.Text(stated) is "off" or "false")
            {
                rules.Remove(name);
            }
            else if (stated is JsonObject said && ReadRule(name, said, rules.GetValueOrDefault(name), warnings) is { } rule)
            {
                rules[name] = rule;
            }
            else
            {
                warnings.Add($"alerts.rules.{name} is ignored: off, or when, for, severity and summary are expected");
            }
        }

        return [.. rules.Values];
    }

    private static AlertRule? ReadRule(string name, JsonObject said, AlertRule? known, ImmutableArray<string>.Builder warnings)
    {
        var when = Expression("when") ?? known?.When;
        if (when is null)
        {
            return null;
        }

        return new AlertRule(name, when, Time("for") ?? known?.For ?? TimeSpan.Zero, Severity() ?? known?.Severity ?? AlertSeverity.Warning, Text("summary") ?? known?.Summary ?? $"{when} {{subject}}")
        {
            Until = Expression("until") ?? (said["when"] is null ? known?.Until : null),
            KeepFor = Time("keep_for") ?? known?.KeepFor ?? TimeSpan.FromSeconds(10),
            IsEscalated = Flag("escalate") ?? known?.IsEscalated ?? false,
            Runbook = Text("runbook") ?? known?.Runbook,
        };

        string? Text(string key) => said[key] is JsonValue value ? PolicyReader.Text(value) : null;

        AlertExpression? Expression(string key)
        {
            if (Text(key) is not { } text)
            {
                return null;
            }

            var expression = AlertExpression.Parse(text);
            if (expression is null)
            {
                warnings.Add($"alerts.rules.{name}.{key} '{text}' is ignored: a figure, a comparison and a number are expected, such as 'replication_lag_seconds > 60'; figures are {string.Join(", ", AlertFigures.All.Keys.Order(StringComparer.Ordinal))}");
            }

            return expression;
        }

        TimeSpan? Time(string key)
        {
            if (Text(key) is not { } text)
            {
                return null;
            }

            if (Quantities.TryParse(text, Quantities.Seconds, out var seconds) && seconds is >= 0 and < int.MaxValue / 1000)
            {
                return TimeSpan.FromSeconds(seconds);
            }

            warnings.Add($"alerts.rules.{name}.{key} {text} is ignored: {Quantities.Seconds.Expected} is expected");
            return null;
        }

        bool? Flag(string key)
        {
            if (Text(key) is not { } text)
            {
                return null;
            }

            if (bool.TryParse(text, out var isSo))
            {
                return isSo;
            }

            warnings.Add($"alerts.rules.{name}.{key} {text} is ignored: true or false is expected");
            return null;
        }

        AlertSeverity? Severity()
        {
            if (Text("severity") is not { } text)
            {
                return null;
            }

            if (Enum.TryParse<AlertSeverity>(text, ignoreCase: true, out var severity) && !int.TryParse(text, out _))
            {
                return severity;
            }

            warnings.Add($"alerts.rules.{name}.severity {text} is ignored: info, warning or critical is expected");
            return null;
        }
    }
}
