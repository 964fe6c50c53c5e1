using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the <c>bootstrap</c> section.</summary>
internal static class BootstrapReader
{
    private static readonly string[] DynamicKeys =
    [
        "ttl", "loop_wait", "retry_timeout", "maximum_lag_on_failover", "maximum_lag_on_syncnode", "check_timeline", "failsafe_mode",
        "max_timelines_history", "primary_start_timeout", "master_start_timeout", "primary_stop_timeout", "master_stop_timeout", "pause",
        "postgresql", "standby_cluster", "synchronous_mode", "synchronous_mode_strict", "synchronous_node_count", "slots", "ignore_slots",
        "member_slots_ttl", "primary_race_backoff", "failover", "alerts", "mysql", "objectives", "tags",
    ];

    public static BootstrapConfiguration Read(Section section, Decisions.Configuration.InitialTiming timing)
    {
        var bootstrap = new BootstrapConfiguration
        {
            DynamicConfiguration = ReadDynamic(section, timing),
            InitDb = section.CommandOptions("initdb"),
            HostAccess = section.Texts("pg_hba") ?? [],
            Users = ReadUsers(section.Inner("users")),
            PostBootstrap = section.Text("post_bootstrap") ?? section.Text("post_init"),
            Method = ReadMethod(section),
        };
        section.RefuseUnknown();
        return bootstrap;
    }

    private static string ReadDynamic(Section section, Decisions.Configuration.InitialTiming timing)
    {
        var inner = section.Inner("dcs");
        foreach (var key in DynamicKeys)
        {
            inner.Node(key);
        }

        // The store may hold keys that a newer version of somebody else reads: unknown ones are passed on, but not in silence.
        foreach (var entry in inner.Entries.Where(entry => !DynamicKeys.Contains(entry.Key)))
        {
            var meant = Spelling.Nearest(entry.Key, DynamicKeys);
            inner.Warning(entry.Key, $"is not a known key{(meant is null ? "" : $"; did you mean '{meant}'?")}");
        }

        var text = inner.IsPresent ? Json(inner.Entries) : null;
        if (text is not null)
        {
            foreach (var warning in Decisions.Configuration.DynamicConfiguration.ToPolicy(text).Warnings)
            {
                section.Warning("dcs", warning);
            }
        }

        return Decisions.Configuration.DynamicConfiguration.WithInitialValues(text, timing);
    }

    private static ImmutableArray<BootstrapUser> ReadUsers(Section section)
    {
        var users = ImmutableArray.CreateBuilder<BootstrapUser>();
        foreach (var entry in section.Entries)
        {
            var user = section.Inner(entry.Key);
            users.Add(new(entry.Key, user.Text("password"), user.Texts("options") ?? []));
            user.RefuseUnknown();
        }

        return users.ToImmutable();
    }

    private static BootstrapMethod? ReadMethod(Section section)
    {
        var name = section.Text("method");
        if (name is null or "initdb")
        {
            return null;
        }

        var method = section.Inner(name);
        var command = method.RequiredText("command", "/usr/local/bin/restore.sh");
        var passesParameters = !(method.Flag("no_params") ?? false);
        var keeps = method.Flag("keep_existing_recovery_conf") ?? false;
        var recovery = method.NamedValues("recovery_conf");
        return command is null ? null : new(name, command, MethodOptions.Read(method), recovery, keeps, passesParameters);
    }

    private static string Json(IEnumerable<ConfigNode.Entry> entries)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            ScalarValue.WriteJson(writer, new ConfigNode.Mapping(new("", 0, 0), [.. entries]));
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

/// <summary>The operator's own keys of a method, which are handed to its command.</summary>
internal static class MethodOptions
{
    private static readonly string[] OfHoldfast =
        ["command", "no_params", "no_leader", "no_master", "keep_data", "keep_existing_recovery_conf", "recovery_conf"];

    public static ImmutableArray<CommandOption> Read(Section method) =>
    [
        .. method.Entries
            .Where(entry => !OfHoldfast.Contains(entry.Key))
            .Select(entry => new CommandOption(entry.Key, method.Text(entry.Key))),
    ];
}
