using System.Collections.Immutable;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Model;
using Npgsql;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Makes a new system and leaves it running as a primary with the roles that members and operators need.</summary>
internal sealed class BootstrapJob(
    Installation installation,
    ConfigurationFiles files,
    ConfigurationKeeper configuration,
    ServerJobs server,
    Postmaster postmaster,
    LocalConnection connection)
{
    private static readonly string[] AuthenticationOptions = ["auth", "auth-local", "auth-host"];

    private PostgreSqlOptions Options => installation.Options;

    public async Task<string> RunAsync(JobContext context)
    {
        var (state, why) = installation.Directory.Look(installation.MajorVersion);
        if (state is not (DataDirectoryState.Empty or DataDirectoryState.Unfinished))
        {
            throw new JobFailedException(why ?? $"{installation.Directory.Path} holds a system already");
        }

        if (postmaster.TryAdopt())
        {
            // What an earlier, unfinished bootstrap left running.
            postmaster.Kill();
            await postmaster.SettleAsync(context.Cancellation);
            context = context with { KillsBefore = context.KillsBefore + 1 };
        }

        installation.Directory.SetAside("set-aside", installation.Time.GetUtcNow());
        installation.Account.MakePrivateDirectory(installation.Directory.Path);
        installation.Directory.MarkUnfinished($"a bootstrap began at {installation.Time.GetUtcNow():u}");
        try
        {
            await MakeSystemAsync(context);
            await StartAsync(context);
            context.Report("making roles");
            await MakeRolesAsync(context.Cancellation);
            await RunPostInitAsync(context);
        }
        catch
        {
            postmaster.Kill();
            installation.Directory.SetAside("failed", installation.Time.GetUtcNow());
            installation.Directory.MarkFinished();
            throw;
        }

        installation.Directory.MarkFinished();
        return "a new system runs";
    }

    private async Task MakeSystemAsync(JobContext context)
    {
        if (Options.ConfigDirectory is { } configDirectory)
        {
            installation.Account.MakePrivateDirectory(configDirectory);
        }

        context.Report("making a new system");
        if (Options.Bootstrap.Custom is { } custom)
        {
            await RunCustomAsync(custom, context.Cancellation);
            return;
        }

        await InitDbAsync(context.Cancellation);
        WriteHba();
    }

    /// <summary>A restored system recovers to its target first, and is promoted there.</summary>
    private async Task StartAsync(JobContext context)
    {
        if (Options.Bootstrap.Custom is not { } custom || (custom.RecoveryParameters.IsEmpty && !files.IsRestoring))
        {
            await server.StartPrimaryUncheckedAsync(context);
            return;
        }

        if (!custom.KeepsRecoveryConfiguration || !files.IsRestoring)
        {
            files.RemoveSignals();
            files.WriteRecoverySignal();
        }

        configuration.Restore = custom.RecoveryParameters.ContainsKey("recovery_target_action")
            ? custom.RecoveryParameters
            : custom.RecoveryParameters.Add("recovery_target_action", "promote");
        try
        {
            await server.StartAsync(context);
            context.Report("recovering from the backup");
            await server.WaitForEndOfRecoveryAsync(Timeout.InfiniteTimeSpan, context.Cancellation);
        }
        finally
        {
            configuration.Restore = ImmutableSortedDictionary<string, string>.Empty;
        }

        await configuration.WriteAsync(context.Cancellation);
        postmaster.Reload();
    }

    private async Task InitDbAsync(CancellationToken cancellationToken)
    {
        List<string> arguments = ["-D", installation.Directory.Path, $"--username={Options.Superuser.UserName}"];
        arguments.AddRange(Options.Bootstrap.InitDb.Select(option => option.Argument));
        string? passwordFile = null;
        if (Options.Superuser.Password is { } password)
        {
            passwordFile = WritePasswordFile(password);
            arguments.Add($"--pwfile={passwordFile}");
            if (!Options.Bootstrap.InitDb.Any(option => AuthenticationOptions.Contains(option.Name)))
            {
                arguments.AddRange(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]);
            }
        }

        try
        {
            var result = await installation.Tools.RunAsync("initdb", arguments, cancellationToken);
            if (!result.Succeeded)
            {
                throw new JobFailedException(result.Words);
            }
        }
        finally
        {
            if (passwordFile is not null)
            {
                File.Delete(passwordFile);
            }
        }
    }

    private string WritePasswordFile(string password)
    {
        var path = Path.Combine(Path.GetTempPath(), $"holdfast-{Path.GetRandomFileName()}");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.UTF8.GetBytes(password + "\n"));
        installation.Account.Own(path);
        return path;
    }

    /// <summary>initdb lets local users in only; replicas and rewinding come over the network.</summary>
    private void WriteHba()
    {
        if (Options.ConfigDirectory is { } directory)
        {
            foreach (var name in new[] { "postgresql.conf", "pg_hba.conf", "pg_ident.conf" })
            {
                File.Move(Path.Combine(Options.DataDirectory, name), Path.Combine(directory, name), overwrite: true);
            }
        }

        var lines = Options.Bootstrap.PgHba.IsDefaultOrEmpty
            ? [
                $"host replication {RoleSql.Identifier(Options.Replication.UserName)} all scram-sha-256",
                .. new[] { Options.Superuser.UserName, Options.RewindOrSuperuser.UserName }.Distinct(StringComparer.Ordinal)
                    .Select(name => $"host all {RoleSql.Identifier(name)} all scram-sha-256"),
            ]
            : Options.Bootstrap.PgHba;
        files.AppendHba(lines);
    }

    private async Task RunCustomAsync(CustomCommand custom, CancellationToken cancellationToken)
    {
        var arguments = custom.Arguments.Select(option => option.Argument).ToList();
        if (custom.PassesStandardArguments)
        {
            arguments.AddRange([$"--scope={Options.Scope}", $"--datadir={installation.Directory.Path}"]);
        }

        files.WritePasswords();
        var result = await installation.Tools.RunCommandAsync(custom.Command, arguments, cancellationToken);
        if (!result.Succeeded)
        {
            throw new JobFailedException(result.Words);
        }

        if (!Options.Bootstrap.PgHba.IsDefaultOrEmpty)
        {
            files.AppendHba(Options.Bootstrap.PgHba);
        }
    }

    private async Task MakeRolesAsync(CancellationToken cancellationToken)
    {
        await using var session = connection.Begin(Options.Database);
        await Ask(RoleSql.Quiet);
        if (Options.Bootstrap.Custom is not null && Options.Superuser.Password is { } password)
        {
            await Ask(RoleSql.CreateOrAlter(Options.Superuser.UserName, password, ["superuser"]));
        }

        if (Options.Replication.UserName != Options.Superuser.UserName)
        {
            await Ask(RoleSql.CreateOrAlter(Options.Replication.UserName, Options.Replication.Password, ["replication"]));
        }

        if (Options.Rewind is { } rewind && rewind.UserName != Options.Superuser.UserName)
        {
            await Ask(RoleSql.CreateOrAlter(rewind.UserName, rewind.Password, []));
            await Ask(RoleSql.GrantRewind(rewind.UserName));
        }

        foreach (var user in Options.Bootstrap.Users)
        {
            await Ask(RoleSql.CreateOrAlter(user.Name, user.Password, user.Options));
        }

        async Task Ask(string sql)
        {
            try
            {
                await session.AskAsync(sql, Options.SourceTimeout, installation.Time, cancellationToken);
            }
            catch (PostgresException error)
            {
                throw new JobFailedException($"a role could not be made: {error.MessageText}");
            }
        }
    }

    private async Task RunPostInitAsync(JobContext context)
    {
        if (Options.Bootstrap.PostInit is not { Length: > 0 } command)
        {
            return;
        }

        context.Report("running the command after the bootstrap");
        files.WritePasswords();
        var result = await installation.Tools.RunCommandAsync(
            command, [ConnectionInfo.LocalTool(Options, connection.Host)], context.Cancellation);
        if (!result.Succeeded)
        {
            throw new JobFailedException(result.Words);
        }
    }
}
