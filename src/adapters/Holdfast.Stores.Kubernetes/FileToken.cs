using System.Net.Http.Headers;
using k8s.Authentication;

namespace Holdfast.Stores.Kubernetes;

/// <summary>A service account's token: Kubernetes replaces the file before the token in it expires.</summary>
internal sealed class FileToken(string path, TimeProvider time) : ITokenProvider
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(30);
    private (AuthenticationHeaderValue Header, long At)? known;

    public void Forget() => known = null;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        if (known is { } held && time.GetElapsedTime(held.At) < ReadEvery)
        {
            return held.Header;
        }

        var header = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(path, cancellationToken)).Trim());
        known = (header, time.GetTimestamp());
        return header;
    }
}
