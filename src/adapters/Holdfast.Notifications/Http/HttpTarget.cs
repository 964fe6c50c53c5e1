using System.Collections.Immutable;

namespace Holdfast.Notifications.Http;

/// <summary>An address that notifications are posted to, and how its server is trusted.</summary>
public sealed record HttpTarget
{
    /// <summary>http or https; often whoever knows it may use it, so it is shown to nobody.</summary>
    public required Uri Url { get; init; }

    /// <summary>PEM file of the authorities whose servers are trusted; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>What goes into the header <c>Authorization</c>; null: nothing.</summary>
    public string? Authorization { get; init; }

    /// <summary>What else must not be seen in a message.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];

    public override string ToString() => $"{nameof(HttpTarget)} {Url.Authority}";
}
