using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.KubernetesApi;

/// <summary>One change, as watches see it; <see cref="Before"/> is null for a new object.</summary>
internal sealed record ApiChange(long Revision, ApiResource Resource, string Namespace, string Type, JsonObject Now, JsonObject? Before);

/// <summary>The objects and their history under one revision counter, as etcd keeps them for the real server.</summary>
internal sealed class ApiStorage
{
    private readonly Lock gate = new();
    private readonly Dictionary<(ApiResource Resource, string Namespace, string Name), JsonObject> objects = [];
    private ImmutableList<ApiChange> history = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long revision = 100;
    private long forgotten = 99;

    public long Revision
    {
        get
        {
            lock (gate)
            {
                return revision;
            }
        }
    }

    /// <summary>Changes before the newest are no longer known.</summary>
    public void Compact()
    {
        lock (gate)
        {
            forgotten = revision;
            history = [];
        }
    }

    public JsonObject Get(ApiTarget target)
    {
        lock (gate)
        {
            return (JsonObject)Find(target).DeepClone();
        }
    }

    public (long Revision, ImmutableArray<JsonObject> Items) List(ApiTarget target, string? labels, string? fields)
    {
        lock (gate)
        {
            return (revision,
            [
                .. objects.Where(pair => pair.Key.Resource == target.Resource && pair.Key.Namespace == target.Namespace && pair.Value.Matches(labels, fields))
                    .OrderBy(pair => pair.Key.Name, StringComparer.Ordinal)
                    .Select(pair => (JsonObject)pair.Value.DeepClone()),
            ]);
        }
    }

    public JsonObject Create(ApiTarget target, JsonObject thing)
    {
        var metadata = thing.Metadata();
        var name = metadata.Text("name") ?? throw ApiException.Invalid(target.Resource, "", "metadata.name: Required value: name or generateName is required");
        if (thing.Version() is not null)
        {
            throw ApiException.Bad("resourceVersion should not be set on objects to be created");
        }

        lock (gate)
        {
            if (objects.ContainsKey(Key(target with { Name = name })))
            {
                throw ApiException.AlreadyExists(target.Resource, name);
            }

            metadata["namespace"] = target.Namespace;
            metadata["uid"] = Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
            thing["kind"] = target.Resource.Kind;
            thing["apiVersion"] = target.Resource.ApiVersion;
            thing.Check(target.Resource);
            return Store(target with { Name = name }, "ADDED", thing, null);
        }
    }

    public JsonObject Replace(ApiTarget target, JsonObject thing)
    {
        lock (gate)
        {
            if (!objects.ContainsKey(Key(target)) && target.Resource.CreatesOnUpdate)
            {
                thing.Metadata().Remove("resourceVersion");
                return Create(target, thing);
            }

            var before = Find(target);
            if (thing.Version() is null && !target.Resource.UpdatesBlindly)
            {
                throw ApiException.Invalid(target.Resource, target.Name ?? "", "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
            }

            return Update(target, before, thing);
        }
    }

    public JsonObject Patch(ApiTarget target, JsonObject patch)
    {
        lock (gate)
        {
            var before = Find(target);
            var thing = (JsonObject)before.DeepClone();
            thing.Metadata().Remove("resourceVersion");
            thing.Merge(patch);
            return Update(target, before, thing);
        }
    }

    public void Delete(ApiTarget target, JsonObject? options)
    {
        lock (gate)
        {
            var before = Find(target);
            var wanted = options?["preconditions"] as JsonObject ?? [];
            foreach (var (field, word) in new[] { ("uid", "UID"), ("resourceVersion", "ResourceVersion") })
            {
                if (wanted.Text(field) is { } stated && before.Metadata().Text(field) is var actual && stated != actual)
                {
                    throw ApiException.Conflict(target.Resource, target.Name ?? "", $"Precondition failed: {word} in precondition: {stated}, {word} in object meta: {actual}");
                }
            }

            objects.Remove(Key(target));
            var gone = (JsonObject)before.DeepClone();
            gone.Metadata()["resourceVersion"] = (++revision).ToString(CultureInfo.InvariantCulture);
            Tell(new(revision, target.Resource, target.Namespace, "DELETED", gone, before));
        }
    }

    /// <summary>What changed after a revision, and what completes when there is more; null when history does not reach back that far.</summary>
    public (ImmutableArray<ApiChange> Changes, long Revision, Task More)? Since(long after)
    {
        lock (gate)
        {
            return after < forgotten ? null : ([.. history.Where(change => change.Revision > after)], revision, changed.Task);
        }
    }

    private JsonObject Update(ApiTarget target, JsonObject before, JsonObject thing)
    {
        if (thing.Version() is { } stated && stated != before.Version())
        {
            throw ApiException.Modified(target.Resource, target.Name ?? "");
        }

        foreach (var kept in new[] { "name", "namespace", "uid", "creationTimestamp", "resourceVersion" })
        {
            thing.Metadata()[kept] = before.Metadata()[kept]?.DeepClone();
        }

        thing["kind"] = target.Resource.Kind;
        thing["apiVersion"] = target.Resource.ApiVersion;
        thing.Check(target.Resource);

        // What changes nothing is not written.
        return JsonNode.DeepEquals(before, thing) ? (JsonObject)before.DeepClone() : Store(target, "MODIFIED", thing, before);
    }

    private JsonObject Store(ApiTarget target, string type, JsonObject thing, JsonObject? before)
    {
        var stored = (JsonObject)thing.DeepClone();
        stored.Metadata()["resourceVersion"] = (++revision).ToString(CultureInfo.InvariantCulture);
        objects[Key(target)] = stored;
        Tell(new(revision, target.Resource, target.Namespace, type, stored, before));
        return (JsonObject)stored.DeepClone();
    }

    private void Tell(ApiChange change)
    {
        history = history.Add(change);
        var told = changed;
        changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
    }

    private JsonObject Find(ApiTarget target) =>
        objects.GetValueOrDefault(Key(target)) ?? throw ApiException.NotFound(target.Resource, target.Name ?? "");

    private static (ApiResource Resource, string Namespace, string Name) Key(ApiTarget target) => (target.Resource, target.Namespace, target.Name ?? "");
}
