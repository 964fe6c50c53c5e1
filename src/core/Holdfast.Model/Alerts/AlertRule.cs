using System.Globalization;

namespace Holdfast.Model.Alerts;

/// <summary>When people are to be told of something.</summary>
/// <param name="Name">One for all its subjects: <c>ReplicationLag</c>.</param>
/// <param name="When">What must hold.</param>
/// <param name="For">For how long without a break.</param>
/// <param name="Severity">How urgent it is.</param>
/// <param name="Summary">What it means, in words; <c>{subject}</c>, <c>{value}</c>, and <c>{days}</c> of a figure in seconds, stand for what is seen.</param>
public sealed record AlertRule(string Name, AlertExpression When, TimeSpan For, AlertSeverity Severity, string Summary)
{
    /// <summary>It goes on firing while this holds; null: while <see cref="When"/> does.</summary>
    public AlertExpression? Until { get; init; }

    /// <summary>For how long it must be over before it counts as over, so that what comes and goes is told once.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Those whom others escalate to are told as well, and at once.</summary>
    public bool IsEscalated { get; init; }

    /// <summary>The page that says what to do.</summary>
    public string? Runbook { get; init; }
}

/// <summary>In rising order.</summary>
public enum AlertSeverity
{
    Info,
    Warning,
    Critical,
}

/// <summary>A figure compared with a limit: <c>replication_lag_seconds > 60</c>.</summary>
public sealed record AlertExpression(string Figure, string Comparison, double Limit)
{
    private static readonly string[] Comparisons = [">", "<", ">=", "<=", "==", "!="];

    /// <summary>At the limit itself <c>></c> and <c>&lt;</c> do not hold.</summary>
    public bool Holds(double value) => Comparison switch
    {
        ">" => value > Limit,
        "<" => value < Limit,
        ">=" => value >= Limit,
        "<=" => value <= Limit,
        "==" => value == Limit,
        _ => value != Limit,
    };

    /// <summary>Null when the text is none: a figure, a comparison and a number, with spaces between them; <c>14d</c> stands for that many days' seconds.</summary>
    public static AlertExpression? Parse(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var figure, var comparison, var limit]
            && AlertFigures.Find(figure) is { } known
            && Comparisons.Contains(comparison)
            && NumberOf(limit, IsDuration(known)) is { } number
            ? new(known, comparison, number)
            : null;

    public override string ToString() => IsDuration(Figure) && Limit > 0 && Limit % TimeSpan.SecondsPerDay == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Figure} {Comparison} {Limit / TimeSpan.SecondsPerDay}d")
        : string.Create(CultureInfo.InvariantCulture, $"{Figure} {Comparison} {Limit}");

    private static bool IsDuration(string figure) => figure.EndsWith("_seconds", StringComparison.Ordinal);

    private static double? NumberOf(string text, bool mayBeDays)
    {
        var isDays = mayBeDays && text.EndsWith('d');
        return double.TryParse(isDays ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? isDays ? number * TimeSpan.SecondsPerDay : number
            : null;
    }
}
