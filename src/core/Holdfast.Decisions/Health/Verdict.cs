namespace Holdfast.Decisions.Health;

public enum HealthLevel
{
    Well,

    /// <summary>Clients are served; the next failure would be worse than usual.</summary>
    Attention,

    /// <summary>Clients are not served, or nobody knows whether they are.</summary>
    Trouble,
}

/// <summary>How a cluster is, for a person who has ten seconds.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Sentence">What is the case.</param>
/// <param name="Ask">What is asked of people; null for nothing.</param>
public sealed record Verdict(HealthLevel Level, string Sentence, string? Ask = null);
