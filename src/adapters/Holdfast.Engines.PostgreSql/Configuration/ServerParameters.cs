using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Configuration;

/// <summary>What the parameters of a server follow from.</summary>
internal sealed record ParameterSources
{
    public required int MajorVersion { get; init; }

    public required DynamicSettings Dynamic { get; init; }

    /// <summary>As <c>synchronous_standby_names</c> takes it; null until it was set, and then the operator's parameter holds.</summary>
    public string? Synchronous { get; init; }

    public Upstream? Upstream { get; init; }

    public required DatabaseRole Role { get; init; }

    /// <summary>What the control file says the primary had, for a system in recovery: with less it does not start.</summary>
    public ImmutableSortedDictionary<string, int> Minima { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>What a restored system needs to recover; empty otherwise.</summary>
    public ImmutableSortedDictionary<string, string> Restore { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableHashSet<string> LeftOut { get; init; } = [];

    /// <summary>The distribution's own file configures logging.</summary>
    public bool HasOwnLogging { get; init; }
}

/// <summary>Merges the parameters: the engine's own, the member's, the cluster's and the defaults, in this order.</summary>
internal static class ServerParameters
{
    /// <summary>Passed on the command line too, so that nothing written into a file or by ALTER SYSTEM undoes them.</summary>
    public static readonly ImmutableArray<string> Critical =
    [
        "listen_addresses", "port", "cluster_name", "wal_level", "hot_standby", "max_connections", "max_wal_senders",
        "max_prepared_transactions", "max_locks_per_transaction", "track_commit_timestamp", "max_replication_slots",
        "max_worker_processes", "wal_log_hints",
    ];

    public static readonly ImmutableArray<string> NeverLessThanPrimary =
    [
        "max_connections", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction", "max_worker_processes",
    ];

    /// <summary>The whole cluster shares them, so the cluster's value wins over the member's.</summary>
    private static readonly ImmutableArray<string> Shared =
    [
        .. NeverLessThanPrimary, "wal_level", "track_commit_timestamp", "wal_log_hints", "max_replication_slots",
    ];

    /// <summary>The engine's own, or given elsewhere in the configuration.</summary>
    private static readonly ImmutableArray<string> NotTheOperators =
    [
        "listen_addresses", "port", "cluster_name", "hot_standby", "data_directory", "config_file", "primary_conninfo",
        "primary_slot_name", "standby_mode", "trigger_file", "promote_trigger_file",
    ];

    private static readonly ImmutableArray<(string Name, string Value)> Defaults =
    [
        ("wal_level", "replica"), ("wal_log_hints", "on"), ("max_connections", "100"), ("max_wal_senders", "10"),
        ("max_replication_slots", "10"), ("max_prepared_transactions", "0"), ("max_locks_per_transaction", "64"),
        ("max_worker_processes", "8"), ("track_commit_timestamp", "off"), ("wal_keep_size", "128MB"),
        ("wal_retrieve_retry_interval", "100ms"), ("wal_receiver_timeout", "5s"), ("wal_sender_timeout", "5s"),
        ("wal_receiver_status_interval", "1s"), ("hot_standby_feedback", "off"), ("recovery_target_timeline", "latest"),
    ];

    private static readonly ImmutableArray<(string Name, string Value)> LoggingDefaults =
    [
        ("logging_collector", "on"), ("log_directory", "log"), ("log_filename", "postgresql-%a.log"),
        ("log_rotation_age", "1d"), ("log_rotation_size", "0"), ("log_truncate_on_rotation", "on"),
    ];

    public static SortedDictionary<string, string> Merge(PostgreSqlOptions options, ParameterSources sources)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(merged, Defaults.Select(pair => (pair.Name, pair.Value)));
        if (!sources.HasOwnLogging)
        {
            Add(merged, LoggingDefaults);
        }

        Add(merged, Operators(sources.Dynamic.RecoveryParameters));
        Add(merged, Operators(options.RecoveryParameters));
        Add(merged, Operators(sources.Dynamic.Parameters));
        Add(merged, Operators(options.Parameters).Where(pair => !IsSharedAndGiven(pair.Name, sources.Dynamic)));
        Add(merged, Operators(sources.Restore));
        Add(merged, Own(options, sources));
        RaiseToMinima(merged, sources);
        Translate(merged, sources.MajorVersion);
        foreach (var name in sources.LeftOut)
        {
            merged.Remove(name);
        }

        return merged;
    }

    private static IEnumerable<(string Name, string Value)> Own(PostgreSqlOptions options, ParameterSources sources)
    {
        yield return ("listen_addresses", options.Listen.Addresses);
        yield return ("port", options.Listen.Port.ToString(CultureInfo.InvariantCulture));
        yield return ("cluster_name", options.Scope);
        yield return ("hot_standby", "on");
        if (options.UnixSocketDirectory is { } sockets)
        {
            yield return ("unix_socket_directories", sockets);
        }

        if (options.ConfigDirectory is { } directory)
        {
            yield return ("hba_file", Path.Combine(directory, "pg_hba.conf"));
            yield return ("ident_file", Path.Combine(directory, "pg_ident.conf"));
        }

        if (sources.Synchronous is { Length: > 0 } names)
        {
            yield return ("synchronous_standby_names", names);
        }

        if (sources.Role == DatabaseRole.Replica)
        {
            yield return ("primary_conninfo", sources.Upstream is { } upstream ? ConnectionInfo.Stream(options, upstream) : "");
            yield return ("primary_slot_name", HasSlot(sources) ? SlotName.Of(options.MemberName) : "");
        }
    }

    private static bool HasSlot(ParameterSources sources) => sources.Dynamic.UsesSlots && sources.Upstream is not null;

    private static bool IsSharedAndGiven(string name, DynamicSettings dynamic) =>
        Shared.Contains(name) && dynamic.Parameters.ContainsKey(name);

    private static IEnumerable<(string Name, string Value)> Operators(ImmutableSortedDictionary<string, string> parameters) =>
        parameters
            .Select(pair => (Name: pair.Key.ToLowerInvariant(), pair.Value))
            .Where(pair => !NotTheOperators.Contains(pair.Name));

    private static void Add(SortedDictionary<string, string> merged, IEnumerable<(string Name, string Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            merged[name] = value;
        }
    }

    private static void RaiseToMinima(SortedDictionary<string, string> merged, ParameterSources sources)
    {
        foreach (var (name, minimum) in sources.Minima)
        {
            if (int.TryParse(merged.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var value) && value < minimum)
            {
                merged[name] = minimum.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Names that other versions had for the same thing.</summary>
    private static void Translate(SortedDictionary<string, string> merged, int version)
    {
        const int segmentMegabytes = 16;
        if (merged.GetValueOrDefault("wal_level") is "hot_standby" or "archive")
        {
            merged["wal_level"] = "replica";
        }

        if (version >= 13 && merged.Remove("wal_keep_segments", out var segments)
            && int.TryParse(segments, CultureInfo.InvariantCulture, out var count))
        {
            merged["wal_keep_size"] = $"{count * segmentMegabytes}MB";
        }

        if (version < 13 && merged.Remove("wal_keep_size", out var size))
        {
            var megabytes = size.EndsWith("GB", StringComparison.OrdinalIgnoreCase) ? 1024 : 1;
            var number = new string([.. size.TakeWhile(char.IsAsciiDigit)]);
            merged.TryAdd(
                "wal_keep_segments",
                ((int.Parse("0" + number, CultureInfo.InvariantCulture) * megabytes / segmentMegabytes) + 1).ToString(CultureInfo.InvariantCulture));
        }
    }
}
