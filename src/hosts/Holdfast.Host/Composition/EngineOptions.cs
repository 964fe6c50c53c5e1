using System.Collections.Immutable;
using Holdfast.Configuration;
using Holdfast.Engines.PostgreSql;
using Holdfast.Model;
using Engine = Holdfast.Engines.PostgreSql;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words to the PostgreSQL engine's options.</summary>
internal static class EngineOptions
{
    public static PostgreSqlOptions Of(HoldfastConfiguration configuration)
    {
        var section = configuration.PostgreSql!;
        return new PostgreSqlOptions
        {
            MemberName = new MemberName(configuration.Name),
            Scope = configuration.Scope,
            Listen = new Engine.ListenAddress(string.Join(',', section.Listen.Hosts), section.Listen.Port),
            ConnectHost = section.ConnectAddress.Host,
            ConnectPort = section.ConnectAddress.Port,
            DataDirectory = Path.GetFullPath(section.DataDirectory),
            BinDirectory = section.BinDirectory,
            ConfigDirectory = section.ConfigDirectory == section.DataDirectory ? null : section.ConfigDirectory,
            PgPassFile = section.PassFile,
            UnixSocketDirectory = section.Parameters.FirstOrDefault(parameter => parameter.Name == "unix_socket_directories")?.Value,
            OsUser = section.OsUser,
            Superuser = Credentials(section.Superuser, "postgres"),
            Replication = Credentials(section.Replication, "replicator"),
            Rewind = section.Rewind.Username is null ? null : Credentials(section.Rewind, "rewind"),
            Parameters = Sorted(section.Parameters),
            PgHba = section.HostAccess ?? [],
            PgIdent = section.IdentityMap ?? [],
            RecoveryParameters = Sorted(section.RecoveryConf),
            Bootstrap = Bootstrap(configuration.Bootstrap),
            CreateReplicaMethods = [.. section.CreateReplicaMethods.Where(method => method.Command is not null || section.CreateReplicaMethods.Length > 1).Select(Method)],
            BaseBackupOptions = [.. section.CreateReplicaMethods.FirstOrDefault(method => method.Name == "basebackup")?.Options.Select(Option) ?? []],
        };
    }

    private static PostgreSqlCredentials Credentials(DatabaseUser user, string usual)
    {
        string? Of(string option) => user.Options.FirstOrDefault(value => value.Name == option)?.Value;
        return new PostgreSqlCredentials(user.Username ?? usual, user.Password)
        {
            SslMode = Of("sslmode") ?? "prefer",
            SslRootCertificate = Of("sslrootcert"),
            SslCertificate = Of("sslcert"),
            SslKey = Of("sslkey"),
            ChannelBinding = Of("channel_binding"),
            GssEncryptionMode = Of("gssencmode"),
        };
    }

    private static BootstrapOptions Bootstrap(BootstrapConfiguration bootstrap)
    {
        var options = new BootstrapOptions
        {
            PgHba = bootstrap.HostAccess,
            Users = [.. bootstrap.Users.Select(user => new Engine.BootstrapUser(user.Name, user.Password, user.Options))],
            PostInit = bootstrap.PostBootstrap,
            Custom = bootstrap.Method is { } method
                ? new CustomCommand(method.Command, [.. method.Options.Select(Option)], method.PassesParameters)
                {
                    KeepsRecoveryConfiguration = method.KeepsRecoveryConf,
                    RecoveryParameters = Sorted(method.RecoveryConf),
                }
                : null,
        };
        return bootstrap.InitDb.IsEmpty ? options : options with { InitDb = WithChecksums(bootstrap.InitDb) };
    }

    /// <summary>Checksums find broken pages and let pg_rewind work; who does not want them says <c>no-data-checksums</c>.</summary>
    private static ImmutableArray<ToolOption> WithChecksums(ImmutableArray<CommandOption> options) =>
    [
        .. options.Select(Option),
        .. options.Any(option => option.Name is "data-checksums" or "k" or "no-data-checksums") ? (ToolOption[])[] : [new ToolOption("data-checksums", null)],
    ];

    private static Engine.ReplicaMethod Method(Configuration.ReplicaMethod method) => new(
        method.Name,
        method.Command is { } command ? new CustomCommand(command, [.. method.Options.Select(Option)], method.PassesParameters) : null,
        method.WorksWithoutLeader,
        method.KeepsData);

    private static ToolOption Option(CommandOption option) => new(option.Name, option.Value);

    private static ImmutableSortedDictionary<string, string> Sorted(ImmutableArray<NamedValue> values) =>
        values
            .DistinctBy(value => value.Name)
            .ToImmutableSortedDictionary(value => value.Name, value => value.Value, StringComparer.Ordinal);
}
