using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Configuration.Yaml;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the <c>tags</c> section, in which an operator may also write tags of his own.</summary>
internal static class TagsReader
{
    private static readonly string[] SaidOnlyWhenTrue = ["clonefrom", "nofailover", "noloadbalance", "nosync", "nostream"];

    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TagsConfiguration Read(Section section)
    {
        var noFailover = section.Flag("nofailover");
        var failoverPriority = Priority(section, "failover_priority");
        var noSync = section.Flag("nosync");
        var syncPriority = Priority(section, "sync_priority");
        WarnOfConflict(section, "nofailover", noFailover, "failover_priority", failoverPriority);
        WarnOfConflict(section, "nosync", noSync, "sync_priority", syncPriority);
        return new()
        {
            Json = Json(section.Entries),
            PublishedJson = section.Entries.Where(entry => IsPublished(entry, failoverPriority, syncPriority)).ToList() is { Count: > 0 } published ? Json(published) : null,
            NoFailover = noFailover ?? failoverPriority <= 0,
            FailoverPriority = noFailover == true ? 0 : failoverPriority ?? 1,
            NoSync = noSync ?? syncPriority <= 0,
            SyncPriority = noSync == true ? 0 : syncPriority ?? 1,
            NoLoadBalance = section.Flag("noloadbalance") ?? false,
            NoStream = section.Flag("nostream") ?? false,
            CloneFrom = section.Flag("clonefrom") ?? false,
            ReplicateFrom = section.Text("replicatefrom") is { Length: > 0 } source ? source : null,
        };
    }

    private static int? Priority(Section section, string key) =>
        (int?)section.Amount(key, Quantities.Plain, int.MinValue, int.MaxValue);

    private static void WarnOfConflict(Section section, string flagKey, bool? flag, string priorityKey, int? priority)
    {
        if ((flag == true && priority > 0) || (flag == false && priority <= 0))
        {
            var word = flag.Value ? "True" : "False";
            section.Warning(
                flagKey,
                $"Conflicting configuration between {flagKey}: {word} and {priorityKey}: {priority}. Defaulting to {flagKey}: {word}");
        }
    }

    private static bool IsPublished(ConfigNode.Entry entry, int? failoverPriority, int? syncPriority)
    {
        if (entry.Value is not ConfigNode.Scalar scalar || !SaidOnlyWhenTrue.Contains(entry.Key))
        {
            return true;
        }

        return Quantities.ParseFlag(scalar.Text) == true
            || (entry.Key == "nofailover" && failoverPriority is not null)
            || (entry.Key == "nosync" && syncPriority is not null);
    }

    private static string Json(IEnumerable<ConfigNode.Entry> entries)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Written))
        {
            ScalarValue.WriteJson(writer, new ConfigNode.Mapping(new("", 0, 0), [.. entries]));
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
