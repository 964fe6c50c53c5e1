using System.Collections.Immutable;

namespace Holdfast.Model.Alerts;

/// <summary>Until when the certificate files that a member uses are good, by the setting that names each.</summary>
public sealed record CertificateEnds(ImmutableArray<CertificateEnd> Files)
{
    public static readonly CertificateEnds None = new([]);

    public bool Equals(CertificateEnds? other) => other is not null && Files.AsSpan().SequenceEqual(other.Files.AsSpan());

    public override int GetHashCode() => Files.Length;
}

/// <param name="Setting">Such as <c>restapi.certfile</c>.</param>
/// <param name="NotAfter">The end of the certificate in the file that ends first.</param>
public readonly record struct CertificateEnd(string Setting, DateTimeOffset NotAfter);
