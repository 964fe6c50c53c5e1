using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Api.Contracts.Audit;

/// <summary>Answers <c>GET /holdfast/v1/audit</c>: the entries that the store keeps, each list oldest first.</summary>
public sealed record AuditList
{
    public required string Scope { get; init; }

    /// <summary>No entry that the store keeps was changed, left out or put in between.</summary>
    public bool? IsWhole { get; init; }

    /// <summary>What is wrong with the trail, in words; absent for nothing.</summary>
    public string? Problem { get; init; }

    public IReadOnlyList<AuditEntry> Entries { get; init; } = [];

    /// <summary>Logins and refused requests, in a chain of their own, so that no number of them puts out what was done.</summary>
    public IReadOnlyList<AuditEntry> Attempts { get; init; } = [];
}

/// <summary>One thing that was done to the cluster, sealed together with the entry before it: none can be changed, left out or put in between unseen.</summary>
public sealed record AuditEntry
{
    /// <summary>What comes before the first.</summary>
    public const string Beginning = "0";

    /// <summary>One more than the entry before.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>leader, routed, fencing, approval, configuration, operation or login.</summary>
    public required string Kind { get; init; }

    /// <summary>A person or a member.</summary>
    public required string Who { get; init; }

    /// <summary>In words.</summary>
    public required string What { get; init; }

    public SortedDictionary<string, string>? Details { get; init; }

    /// <summary>The seal of the entry before.</summary>
    public required string Previous { get; init; }

    /// <summary>SHA-256, in hexadecimal, of everything above.</summary>
    public string Seal { get; init; } = "";

    public bool IsSealed => Seal == SealOf();

    public AuditEntry Sealed() => this with { Seal = SealOf() };

    private string SealOf()
    {
        var text = new StringBuilder();
        foreach (var part in (string[])[Previous, Number.ToString(CultureInfo.InvariantCulture), At.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), Kind, Who, What])
        {
            Append(part);
        }

        foreach (var (name, value) in Details ?? [])
        {
            Append(name);
            Append(value);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        // With its length, so that no text can pass for two.
        void Append(string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n");
    }
}
