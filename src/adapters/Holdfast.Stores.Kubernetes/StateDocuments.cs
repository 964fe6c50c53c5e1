using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Holdfast.Stores.Kubernetes;

/// <summary>From a ConfigMap to the state and back: the values are its data, and what is known about them one annotation.</summary>
internal sealed class StateDocuments(KubernetesStoreOptions options)
{
    private const string StateAnnotation = "holdfast/state";
    private readonly KeyNames names = new(options.Root);

    public static long VersionOf(WireMetadata metadata) => long.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        ? version
        : throw new NoAnswerException($"the API server numbers its versions in a way that is not understood here ('{metadata.ResourceVersion}')", null, mayBeDone: false);

    public static StoredState Absent(long version) => new() { Version = version, Revision = version };

    public StoredState Read(WireObject thing)
    {
        var version = VersionOf(thing.Metadata);
        var kept = Kept(thing) ?? new WireState(version, ImmutableDictionary<string, WireKey>.Empty, [], []);
        var keys = ImmutableSortedDictionary.CreateBuilder<string, StoredKey>(StringComparer.Ordinal);
        foreach (var (name, about) in kept.Keys)
        {
            if (thing.Data?.GetValueOrDefault(name) is { } value)
            {
                keys[names.ToKey(name)] = new StoredKey(value, about.Modified, about.Session);
            }
        }

        return new StoredState
        {
            Uid = thing.Metadata.Uid ?? "",
            Version = version,
            Revision = kept.Revision,
            Keys = keys.ToImmutable(),
            Sessions = kept.Sessions.ToImmutableSortedSet(StringComparer.Ordinal),
            Recent = kept.Recent,
        };
    }

    /// <summary>Without keys: only what is there has a version of which it is known that no earlier object of the name had a later one.</summary>
    public WireObject Empty() => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new WireMetadata { Name = options.ObjectName, Labels = options.AllLabels },
    };

    /// <summary>Holds only while the object has the version that the change was thought out on.</summary>
    public WireObject Patch(StoredState before, StoredState after)
    {
        var data = after.Keys.Where(pair => before.Keys.GetValueOrDefault(pair.Key)?.Value != pair.Value.Value)
            .ToDictionary(pair => names.ToName(pair.Key), pair => (string?)pair.Value.Value, StringComparer.Ordinal);
        foreach (var key in before.Keys.Keys.Where(key => !after.Keys.ContainsKey(key)))
        {
            data[names.ToName(key)] = null;
        }

        return new WireObject
        {
            Metadata = new WireMetadata { ResourceVersion = before.Version.ToString(CultureInfo.InvariantCulture), Annotations = Annotations(after) },
            Data = data,
        };
    }

    private Dictionary<string, string> Annotations(StoredState state)
    {
        var keys = state.Keys.ToDictionary(pair => names.ToName(pair.Key), pair => new WireKey(pair.Value.Modified, pair.Value.Session), StringComparer.Ordinal);
        var kept = new WireState(state.Revision, keys, [.. state.Sessions], state.Recent);
        return new(StringComparer.Ordinal) { [StateAnnotation] = JsonSerializer.Serialize(kept, KubernetesWire.Default.WireState) };
    }

    private static WireState? Kept(WireObject thing)
    {
        try
        {
            return thing.Metadata.Annotations?.GetValueOrDefault(StateAnnotation) is { } text ? JsonSerializer.Deserialize(text, KubernetesWire.Default.WireState) : null;
        }
        catch (JsonException broken)
        {
            throw new NoAnswerException($"the annotation {StateAnnotation} of ConfigMap {thing.Metadata.Name} cannot be read: {broken.Message}", broken, mayBeDone: false);
        }
    }
}
