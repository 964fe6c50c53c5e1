using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Engines.MySql.Configuration;

/// <summary>
/// The server's variables: what the group depends on is the agent's, the rest the operator's. The names are those of MySQL 8.0.22 to 9.7;
/// group variables carry <c>loose_</c>, since a server that initialises its directory has not loaded the plugin.
/// </summary>
internal static class ServerVariables
{
    /// <summary>Not an operator's to set: the agent, the group or its safety would not survive another value.</summary>
    public static readonly string[] Reserved =
    [
        "datadir", "port", "bind_address", "socket", "pid_file", "log_error", "server_id", "report_host", "report_port", "gtid_mode", "enforce_gtid_consistency",
        "read_only", "super_read_only", "plugin_load_add", "plugin_load", "init_file", "user", "skip_networking", "log_replica_updates", "log_slave_updates", "skip_log_bin", "disable_log_bin",
        "group_replication_group_name", "group_replication_start_on_boot", "group_replication_bootstrap_group", "group_replication_local_address",
        "group_replication_group_seeds", "group_replication_single_primary_mode", "group_replication_enforce_update_everywhere_checks",
        "group_replication_member_weight", "group_replication_exit_state_action", "group_replication_autorejoin_tries", "group_replication_communication_stack",
    ];

    private const string Mark = "# mysql.parameters";
    private const string Loose = "loose_";

    private static readonly string[] Modifiers = [Loose, "skip_", "disable_", "enable_", "maximum_"];

    public static string Text(MySqlOptions options, ServerFiles files, string? group)
    {
        var text = new StringBuilder();
        text.Append("# Written by holdfast at every start of the server: changes belong into mysql.parameters.\n[mysqld]\n");
        foreach (var (name, value) in Own(options, files, group))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} = {value}\n");
        }

        text.Append(Mark).Append('\n');
        foreach (var (name, value) in Theirs(options))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} = {value}\n");
        }

        return text.ToString();
    }

    /// <summary>The operator's parameters of such a text.</summary>
    public static ImmutableSortedDictionary<string, string> ReadParameters(IEnumerable<string> lines) =>
        lines.SkipWhile(line => line != Mark).Skip(1)
            .Select(line => line.Split(" = ", 2))
            .Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0], StringComparer.Ordinal)
            .ToImmutableSortedDictionary(named => named.Key, named => named.Last()[1], StringComparer.Ordinal);

    /// <summary>Those of them that are the operator's to set.</summary>
    public static ImmutableSortedDictionary<string, string> Allowed(ImmutableSortedDictionary<string, string> parameters) =>
        parameters.RemoveRange(LeftOut(parameters).Select(parameter => parameter.Name));

    /// <summary>What the agent has the variable at while the operator says nothing of it; null when that is MySQL's to say.</summary>
    public static string? Usual(string name, MySqlOptions options, ServerFiles files) =>
        Own(options, files, null).Where(own => WithoutModifier(own.Name) == WithoutModifier(name)).Select(own => own.Value).FirstOrDefault();

    /// <summary>As SQL knows the variable: it takes no word that says to pass over what the server does not know.</summary>
    public static string WithoutModifier(string name) => name.StartsWith(Loose, StringComparison.Ordinal) ? name[Loose.Length..] : name;

    /// <summary>Whether the server's words name the variable, with or without the value that it was given.</summary>
    public static bool IsNamed(string name, string words)
    {
        var plain = words.Replace('-', '_');
        return new[] { name, WithoutModifier(name) }.Any(known =>
            plain.Contains($"'{known}'", StringComparison.Ordinal) || plain.Contains($"'{known}=", StringComparison.Ordinal));
    }

    /// <summary>As MySQL shows the name.</summary>
    public static string Plain(string name) => name.Trim().Replace('-', '_');

    /// <summary>The parameters that are left out, by their names as they are given, with the reason.</summary>
    public static IEnumerable<(string Name, string Why)> LeftOut(IReadOnlyDictionary<string, string> parameters) =>
        parameters
            .Select(parameter => (Name: parameter.Key, Why: WhyNot(Plain(parameter.Key), parameter.Value)))
            .Where(parameter => parameter.Why is not null)
            .Select(parameter => (parameter.Name, parameter.Why!));

    private static IEnumerable<(string Name, string Value)> Theirs(MySqlOptions options) =>
        options.Parameters
            .Select(parameter => (Name: Plain(parameter.Key), parameter.Value))
            .Where(parameter => WhyNot(parameter.Name, parameter.Value) is null);

    /// <summary>Null for what the operator may set and the file can hold: a line that is none of its own would be another variable.</summary>
    private static string? WhyNot(string name, string value) => name switch
    {
        _ when IsReserved(name) => "the group and its safety hang on it, so it is the agent's to set",
        _ when name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.') => "it is no variable's name",
        _ when value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0 => "its value is more than one line",
        _ => null,
    };

    /// <summary>MySQL takes words before any variable's name (MySQL Reference Manual, "Program Option Modifiers").</summary>
    private static bool IsReserved(string name) =>
        Reserved.Contains(name) || Modifiers.Any(modifier => name.StartsWith(modifier, StringComparison.Ordinal) && IsReserved(name[modifier.Length..]));

    private static IEnumerable<(string Name, string Value)> Own(MySqlOptions options, ServerFiles files, string? group)
    {
        yield return ("datadir", options.DataDirectory);
        yield return ("port", Number(options.ListenPort));
        yield return ("bind_address", options.ListenHost);
        yield return ("socket", files.Socket);
        yield return ("pid_file", Processes.PidFile.PathIn(options.DataDirectory));
        yield return ("log_error", files.ErrorLog);
        yield return ("mysqlx", "OFF");
        yield return ("server_id", Number(ServerId(options)));
        yield return ("report_host", options.ConnectHost);
        yield return ("report_port", Number(options.ConnectPort));
        yield return ("gtid_mode", "ON");
        yield return ("enforce_gtid_consistency", "ON");
        yield return ("log_bin", "binlog");

        // A server that nobody has taken into a group yet takes no writes.
        yield return ("super_read_only", "ON");
        yield return ("plugin_load_add", "group_replication.so;mysql_clone.so");
        if (group is not null)
        {
            yield return ("loose_group_replication_group_name", group);
        }

        yield return ("loose_group_replication_start_on_boot", "OFF");
        yield return ("loose_group_replication_bootstrap_group", "OFF");
        yield return ("loose_group_replication_local_address", options.Group.Address);
        yield return ("loose_group_replication_single_primary_mode", options.Group.IsMultiPrimary ? "OFF" : "ON");
        yield return ("loose_group_replication_enforce_update_everywhere_checks", options.Group.IsMultiPrimary ? "ON" : "OFF");
        yield return ("loose_group_replication_member_weight", Number(options.Group.Weight));
        yield return ("loose_group_replication_recovery_get_public_key", "ON");

        // A member that was put out serves nobody; the agent brings it back.
        yield return ("loose_group_replication_exit_state_action", "OFFLINE_MODE");
        yield return ("loose_group_replication_autorejoin_tries", "0");
        yield return ("loose_group_replication_communication_stack", "XCOM");
        if (!IsSet(options, "secure_file_priv"))
        {
            yield return ("secure_file_priv", "NULL");
        }

        if (!IsSet(options, "group_replication_consistency"))
        {
            yield return ("loose_group_replication_consistency", "BEFORE_ON_PRIMARY_FAILOVER");
        }
    }

    /// <summary>Unlike the other members', and the same after every start.</summary>
    private static long ServerId(MySqlOptions options) =>
        (BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.ConnectHost}:{options.ConnectPort}:{options.MemberName}"))) & 0x7fffffff) + 1L;

    private static bool IsSet(MySqlOptions options, string name) =>
        Theirs(options).Any(parameter => parameter.Name == name || parameter.Name == "loose_" + name);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
