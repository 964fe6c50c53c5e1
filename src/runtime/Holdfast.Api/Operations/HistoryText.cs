using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Model;

namespace Holdfast.Api.Operations;

/// <summary>The changes of timeline as Patroni lists them: arrays of three to five.</summary>
internal static class HistoryText
{
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(ClusterView? view)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Written))
        {
            writer.WriteStartArray();
            foreach (var change in view?.Store.History ?? [])
            {
                Write(writer, change);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, TimelineChange change)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(change.Timeline.Number);
        writer.WriteNumberValue(change.Position.Bytes);
        writer.WriteStringValue(change.Reason);
        if (change.At is { } at)
        {
            writer.WriteStringValue(at);
            if (change.NewLeader is { } leader)
            {
                writer.WriteStringValue(leader);
            }
        }

        writer.WriteEndArray();
    }
}
