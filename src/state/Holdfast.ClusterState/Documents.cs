using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>From the store's documents to the model and back. A document that cannot be read counts as absent.</summary>
public static class Documents
{
    private const int RouterNameMax = 100;
    private const double IdleMillisecondsMax = 1e12;

    public static MemberReport? ToReport(MemberName name, StoreEntry entry)
    {
        if (Parse(entry.Value, StoreJson.Default.MemberDocument) is not { } document)
        {
            return null;
        }

        var streaming = document.ReplicationState == "streaming";
        return new MemberReport
        {
            Name = name,
            Session = entry.Session,
            Revision = entry.Modified,
            State = ToState(document.State, streaming),
            Role = document.Role is "primary" or "master" or "leader" ? DatabaseRole.Primary : DatabaseRole.Replica,
            ConnectUrl = document.ConnectUrl ?? "",
            ApiUrl = document.ApiUrl ?? "",
            Timeline = document.Timeline is { } timeline ? new Timeline(timeline) : null,
            Position = (document.Position ?? document.ReceivePosition) is { } position ? new LogPosition(position) : null,
            ReplayPosition = document.ReplayPosition is { } replay ? new LogPosition(replay) : null,
            IsStreaming = streaming,
            Tags = document.Tags is { } tags ? ToTags(tags) : MemberTags.None,
            IsPaused = document.IsPaused ?? false,
            IsRestartPending = document.IsRestartPending ?? false,
            HasCheckpointedSincePromotion = document.HasCheckpointedSincePromotion ?? false,
            IsShortOfDisk = document.IsShortOfDisk ?? false,
            DiskFreePercent = document.DiskFreePercent,
            Certificates = document.Certificates is { } ends ? new([.. ends.OrderBy(end => end.Key, StringComparer.Ordinal).Select(end => new CertificateEnd(end.Key, end.Value))]) : CertificateEnds.None,
            Probe = document.Probe is { } probe ? ProbeDocuments.ToReport(probe) : null,
            Term = document.Term is { } term ? new Term(term) : null,
            DrainsFor = document.DrainsFor is { } request ? new Revision(request) : null,
            Group = document.Group is { } group ? GroupDocuments.ToGroup(group) : null,
            Version = document.Version ?? "",
            Document = entry.Value,
        };
    }

    public static string ToText(MemberReport report, MemberIdentity identity) => JsonSerializer.Serialize(
        new MemberDocument
        {
            ConnectUrl = identity.ConnectUrl,
            ApiUrl = identity.ApiUrl,
            State = ToWord(report.State),
            Role = report.Role == DatabaseRole.Primary ? "primary" : "replica",
            Version = identity.Version,
            Tags = identity.TagsJson is { } tags ? JsonElement.Parse(tags) : null,
            Position = report.Position?.Bytes,
            ReceivePosition = report.Role == DatabaseRole.Replica ? report.Position?.Bytes : null,
            ReplayPosition = report.ReplayPosition?.Bytes,
            ReplicationState = report.IsStreaming ? "streaming" : null,
            Timeline = report.Timeline?.Number,
            IsPaused = report.IsPaused ? true : null,
            IsRestartPending = report.IsRestartPending ? true : null,
            HasCheckpointedSincePromotion = report.HasCheckpointedSincePromotion ? true : null,
            IsShortOfDisk = report.IsShortOfDisk ? true : null,
            DiskFreePercent = report.DiskFreePercent,
            Certificates = report.Certificates.Files.IsEmpty ? null : new(report.Certificates.Files.ToDictionary(end => end.Setting, end => end.NotAfter), StringComparer.Ordinal),
            Probe = report.Probe is { } probe ? ProbeDocuments.ToDocument(probe) : null,
            Term = report.Term?.Number,
            DrainsFor = report.DrainsFor?.Number,
            Group = report.Group is { } group ? GroupDocuments.ToDocument(group) : null,
        },
        StoreJson.Default.MemberDocument);

    public static SyncState ToSync(string value) =>
        Parse(value, StoreJson.Default.SyncDocument) is { Leader: { } leader } document
            ? new SyncState(new MemberName(leader), ToNames(document.Standbys))
            : SyncState.Empty;

    public static string ToText(SyncState sync) => JsonSerializer.Serialize(
        new SyncDocument
        {
            Leader = sync.Leader?.Text,
            Standbys = sync.Standbys.IsEmpty ? null : string.Join(',', sync.Standbys.Order()),
        },
        StoreJson.Default.SyncDocument);

    public static RouterReport ToRouter(string name, StoreEntry entry) =>
        new(name, Parse(entry.Value, StoreJson.Default.RouterDocument)?.DrainedFor is { } request ? new Revision(request) : null);

    public static string ToText(RouterReport router) =>
        JsonSerializer.Serialize(new RouterDocument { DrainedFor = router.DrainedFor?.Number }, StoreJson.Default.RouterDocument);

    /// <summary>Routers are not trusted: null for what none of ours would write, and nothing that a terminal might act on.</summary>
    public static RouteReport? ToRoute(StoreEntry entry) =>
        Parse(entry.Value, StoreJson.Default.RouteDocument) is { Router: { Length: > 0 and <= RouterNameMax } router, IdleMilliseconds: >= 0 and <= IdleMillisecondsMax } document
            && router.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_')
            ? new(new Term(document.Term), router, TimeSpan.FromMilliseconds(document.IdleMilliseconds), document.IsRecorded == true, entry.Modified)
            : null;

    public static string ToText(RouteReport route) => JsonSerializer.Serialize(
        new RouteDocument
        {
            Term = route.Term.Number,
            Router = route.Router,
            IdleMilliseconds = Math.Round(route.Idle.TotalMilliseconds, 1),
            IsRecorded = route.IsRecorded ? true : null,
        },
        StoreJson.Default.RouteDocument);

    public static FailsafeMembers? ToFailsafe(StoreEntry entry) =>
        Parse(entry.Value, StoreJson.Default.SortedDictionaryStringString) is { } urls
            ? new FailsafeMembers(
                urls.ToImmutableSortedDictionary(pair => new MemberName(pair.Key), pair => pair.Value),
                entry.Modified)
            : null;

    public static string ToText(ImmutableSortedDictionary<MemberName, string> apiUrls)
    {
        var urls = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, url) in apiUrls)
        {
            urls[name.Text] = url;
        }

        return JsonSerializer.Serialize(urls, StoreJson.Default.SortedDictionaryStringString);
    }

    public static ClusterStatus ToStatus(string value) =>
        Parse(value, StoreJson.Default.StatusDocument) is { } document
            ? new ClusterStatus(
                new LogPosition(document.LastPosition),
                (document.Slots ?? []).ToImmutableSortedDictionary(slot => slot.Key, slot => new LogPosition(slot.Value), StringComparer.Ordinal))
            : ClusterStatus.Empty;

    public static string ToText(ClusterStatus status) => JsonSerializer.Serialize(
        new StatusDocument
        {
            LastPosition = status.LastPosition.Bytes,
            Slots = status.Slots.IsEmpty ? null : new(status.Slots.ToDictionary(slot => slot.Key, slot => slot.Value.Bytes)),
        },
        StoreJson.Default.StatusDocument);

    public static SwitchoverRequest? ToSwitchover(StoreEntry entry) =>
        Parse(entry.Value, StoreJson.Default.FailoverDocument) is { } document && (document.From ?? document.To) is not null
            ? new SwitchoverRequest(
                ToName(document.From),
                ToName(document.To),
                DateTimeOffset.TryParse(document.ScheduledAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
                document.FinalPosition is { } position ? new LogPosition(position) : null,
                entry.Modified)
            : null;

    public static string ToText(SwitchoverRequest request) => JsonSerializer.Serialize(
        new FailoverDocument
        {
            From = request.From?.Text,
            To = request.To?.Text,
            ScheduledAt = request.ScheduledAt?.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
            FinalPosition = request.FinalPosition?.Bytes,
        },
        StoreJson.Default.FailoverDocument);

    public static ImmutableArray<TimelineChange> ToHistory(string value) =>
        Parse(value, StoreJson.Default.JsonElementArrayArray) is { } rows
            ? [.. rows.Select(ToChange).OfType<TimelineChange>()]
            : [];

    public static string ToText(ImmutableArray<TimelineChange> history)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var change in history)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(change.Timeline.Number);
                writer.WriteNumberValue(change.Position.Bytes);
                writer.WriteStringValue(change.Reason);
                writer.WriteStringValue(change.At);
                writer.WriteStringValue(change.NewLeader);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static TimelineChange? ToChange(JsonElement[] row) =>
        row.Length >= 3 && row[0].TryGetInt32(out var timeline) && row[1].TryGetInt64(out var position)
            ? new TimelineChange(
                new Timeline(timeline),
                new LogPosition(position),
                row[2].ToString(),
                row.Length > 3 ? row[3].ToString() : null,
                row.Length > 4 ? row[4].ToString() : null)
            : null;

    private static MemberTags ToTags(JsonElement tags) => new()
    {
        NoFailover = Flag(tags, "nofailover"),
        FailoverPriority = tags.ValueKind == JsonValueKind.Object
            && tags.TryGetProperty("failover_priority", out var priority)
            && int.TryParse(priority.ToString(), CultureInfo.InvariantCulture, out var number) ? number : 1,
        NoSync = Flag(tags, "nosync"),
        NoLoadBalance = Flag(tags, "noloadbalance"),
        CloneFrom = Flag(tags, "clonefrom"),
        ReplicateFrom = Word(tags, "replicatefrom"),
        Zone = Word(tags, "zone"),
    };

    private static string? Word(JsonElement tags, string name) =>
        tags.ValueKind == JsonValueKind.Object && tags.TryGetProperty(name, out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;

    private static bool Flag(JsonElement tags, string name) =>
        tags.ValueKind == JsonValueKind.Object
        && tags.TryGetProperty(name, out var flag)
        && flag.ToString().ToUpperInvariant() is "TRUE" or "ON" or "YES" or "1";

    private static MemberState ToState(string? word, bool streaming) => word switch
    {
        "running" or "streaming" => streaming ? MemberState.Streaming : MemberState.Running,
        _ => Words.FirstOrDefault(pair => pair.Word == word) is { Word: not null } pair ? pair.State : MemberState.Stopped,
    };

    private static string ToWord(MemberState state) =>
        state is MemberState.Streaming ? "running" : Words.First(pair => pair.State == state).Word;

    private static readonly (MemberState State, string Word)[] Words =
    [
        (MemberState.Initializing, "initializing new cluster"),
        (MemberState.InitializeFailed, "initdb failed"),
        (MemberState.Cloning, "creating replica"),
        (MemberState.Starting, "starting"),
        (MemberState.StartFailed, "start failed"),
        (MemberState.Running, "running"),
        (MemberState.Stopping, "stopping"),
        (MemberState.Stopped, "stopped"),
        (MemberState.Crashed, "crashed"),
        (MemberState.Restarting, "restarting"),
        (MemberState.Rewinding, "rewinding"),
        (MemberState.Promoting, "promoting"),
    ];

    private static ImmutableArray<MemberName> ToNames(string? names) =>
        [.. (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(name => new MemberName(name))];

    private static MemberName? ToName(string? name) => string.IsNullOrEmpty(name) ? null : new MemberName(name);

    internal static T? Parse<T>(string value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(value, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
