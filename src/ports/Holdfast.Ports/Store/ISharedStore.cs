using System.Collections.Immutable;

namespace Holdfast.Ports.Store;

/// <summary>
/// A store that many clusters have in common, each below a prefix of its own. This is for people who look at all of them: nothing is decided by it,
/// so that any server's word is good enough.
/// </summary>
public interface ISharedStore
{
    /// <summary>The names one step below a prefix that ends with a slash, in order: <c>a</c> for <c>/service/a/leader</c> below <c>/service/</c>.</summary>
    /// <exception cref="StoreUnavailableException">No answer came in time, or this user may not read there.</exception>
    Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Reads every key that begins with one of these, by few requests for many prefixes; those of one request are as of one moment.</summary>
    /// <exception cref="StoreUnavailableException">No answer came in time, or this user may not read there.</exception>
    Task<ImmutableArray<StoreEntry>> ReadManyAsync(ImmutableArray<string> prefixes, CancellationToken cancellationToken);
}
