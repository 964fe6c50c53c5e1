using System.CommandLine;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>What every command stands on: the way to the cluster, the terminal, the clock.</summary>
internal sealed record CommandContext(IClusterAccess Access, CliConsole Console, TimeProvider Time, string Version, GlobalOptions Global)
{
    /// <summary>Opens the cluster that is named, or the configuration's own.</summary>
    public ClusterClient Open(ParseResult parsed, string? named)
    {
        var path = parsed.GetValue(Global.Configuration);
        var connection = Access.Open(path);
        if (parsed.GetValue(Global.Insecure))
        {
            connection = connection with { Insecure = true };
        }

        if (parsed.GetValue(Global.Api) is { Length: > 0 } api)
        {
            connection = connection with { Endpoints = [new Uri(api)] };
        }

        var scope = named ?? connection.Scope ?? "";
        return new(connection, scope, cancellationToken => Access.FindMoreAsync(path, scope, cancellationToken), Time);
    }
}

/// <summary>Options that stand before or behind every verb.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Configuration { get; } = new(HoldfastCli.ConfigurationOption, "-c") { Description = "Configuration file", Recursive = true, HelpName = "FILE" };

    public Option<bool> Insecure { get; } = new("--insecure", "-k") { Description = "Allow connections to members without verifying their certificates", Recursive = true };

    public Option<string?> Api { get; } = new("--api") { Description = "REST address of a member, such as http://127.0.0.1:8008, in place of the configured ones", Recursive = true, HelpName = "URL" };

    public GlobalOptions() => Api.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<string?>() is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
        {
            result.AddError($"'{url}' is not an address such as http://127.0.0.1:8008");
        }
    });
}

/// <summary>Arguments and options that several verbs have.</summary>
internal static class Parts
{
    public static Argument<string?> OptionalCluster() => new("SCOPE") { Description = "The cluster; the configuration's own if none is named", Arity = ArgumentArity.ZeroOrOne };

    public static Argument<string> Cluster() => new("SCOPE") { Description = "The cluster" };

    public static Argument<string[]> Members() => new("MEMBER") { Description = "Members; all that fit if none is named", Arity = ArgumentArity.ZeroOrMore };

    public static Option<bool> Force() => new("--force") { Description = "Do not ask for confirmation at any point" };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Show what would be done, and do nothing" };

    public static Option<bool> Wait(string description) => new("--wait") { Description = description };

    public static Option<MemberRole> Role() => Choice(
        new Option<MemberRole>("--role", "-r") { Description = "Only members with this role" },
        MemberRole.Any,
        ("leader", MemberRole.Leader), ("primary", MemberRole.Primary), ("standby-leader", MemberRole.StandbyLeader), ("replica", MemberRole.Replica), ("standby", MemberRole.Standby), ("any", MemberRole.Any));

    public static Option<OutputFormat> Format() => Choice(
        new Option<OutputFormat>("--format", "-f") { Description = "Output format" },
        OutputFormat.Pretty,
        ("pretty", OutputFormat.Pretty), ("tsv", OutputFormat.Tsv), ("json", OutputFormat.Json), ("yaml", OutputFormat.Yaml), ("yml", OutputFormat.Yaml));

    private static Option<T> Choice<T>(Option<T> option, T whenAbsent, params (string Word, T Value)[] words)
    {
        option.DefaultValueFactory = _ => whenAbsent;
        option.HelpName = string.Join('|', words.Select(word => word.Word));
        option.CustomParser = result =>
        {
            var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            var found = Array.FindIndex(words, word => word.Word == text);
            if (found < 0)
            {
                result.AddError($"'{text}' is not one of {string.Join(", ", words.Select(word => word.Word))}");
                return whenAbsent;
            }

            return words[found].Value;
        };
        return option;
    }
}

internal enum MemberRole
{
    Any,
    Leader,
    Primary,
    StandbyLeader,
    Replica,
    Standby,
}

/// <summary>Which members a verb is about.</summary>
internal static class Members
{
    public static IReadOnlyList<ClusterMember> With(MemberRole role, ClusterOverview cluster) =>
        [.. cluster.Members.Where(member => role switch
        {
            MemberRole.Any => true,
            MemberRole.Leader => member.IsLeader,
            MemberRole.Primary => member.Role == "leader",
            MemberRole.StandbyLeader => member.Role == "standby_leader",
            _ => !member.IsLeader,
        })];

    public static IEnumerable<ClusterMember> LeaderFirst(ClusterOverview cluster) => cluster.Members.OrderBy(member => member.IsLeader ? 0 : 1);

    /// <summary>The named members among those with the role, or all of those; asked for when there is no telling.</summary>
    public static IReadOnlyList<ClusterMember> Choose(
        CliConsole console, ClusterOverview cluster, IReadOnlyList<string> named, MemberRole role, bool force, string action)
    {
        var candidates = With(role, cluster);
        if (candidates.Count == 0 && named.Count == 0)
        {
            throw new CommandFailedException($"{cluster.Scope} cluster doesn't have any members");
        }

        var chosen = named;
        if (named.Count > 0 && !named.Any(name => candidates.Any(member => member.Name == name)))
        {
            throw new CommandFailedException($"No {Word(role)} among provided members");
        }

        if (named.Count == 0)
        {
            chosen = action != "reinitialize" ? [.. candidates.Select(member => member.Name)]
                : force ? []
                : [console.Ask($"Which member do you want to {action} [{string.Join(", ", candidates.Select(member => member.Name))}]?", "")];
        }

        return [.. chosen.Where(name => named.Count == 0 || candidates.Any(member => member.Name == name)).Distinct().Select(name =>
            candidates.FirstOrDefault(member => member.Name == name) ?? throw new CommandFailedException($"{name} is not a member of cluster"))];
    }

    public static string Names(IEnumerable<ClusterMember> members) => string.Join(", ", members.Select(member => member.Name));

    private static string Word(MemberRole role) => role switch
    {
        MemberRole.StandbyLeader => "standby-leader",
        _ => role.ToString().ToLowerInvariant(),
    };
}
