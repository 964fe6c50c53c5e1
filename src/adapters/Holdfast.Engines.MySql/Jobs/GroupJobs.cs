using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Observation;
using Holdfast.Engines.MySql.Xcom;
using Holdfast.Model;
using Holdfast.Model.Groups;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Takes the running server into a group, begins one, and asks one for changes.</summary>
internal sealed class GroupJobs(Installation installation)
{
    private static readonly TimeSpan StatementLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ExpelLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private MySqlOptions Options => installation.Options;

    /// <param name="mode">Null for the one of this member's own configuration.</param>
    /// <param name="context">Of the job.</param>
    public async Task<string> BeginAsync(GroupMode? mode, JobContext context)
    {
        context.Report("beginning a group");
        await using var connection = await OpenAsync(context);
        await SetModeAsync(connection, mode ?? (Options.Group.IsMultiPrimary ? GroupMode.MultiPrimary : GroupMode.SinglePrimary), context);
        await Sql.RunAsync(connection, "SET GLOBAL group_replication_bootstrap_group = ON", context.Cancellation);
        try
        {
            await StartAsync(connection, context);
        }
        finally
        {
            await Sql.RunAsync(connection, "SET GLOBAL group_replication_bootstrap_group = OFF", CancellationToken.None);
        }

        await ServeAsync(connection, context);
        installation.Files.ForgetRestored();
        return "the group has begun";
    }

    /// <summary>Ends when the group counts the server in; it may still be catching up.</summary>
    public async Task<string> JoinAsync(DatabaseWork.JoinGroup join, JobContext context)
    {
        var startedAt = installation.Time.GetTimestamp();
        context.Report("joining the group");
        await using var connection = await OpenAsync(context);
        await LeaveAsync(connection, context);
        await Sql.RunAsync(connection, $"SET GLOBAL group_replication_group_seeds = {Sql.Quoted(string.Join(',', join.Addresses))}", context.Cancellation);
        await SetModeAsync(connection, join.Mode, context);
        await StartAsync(connection, context);
        await WaitUntilOnlineAsync(connection, context);
        await ServeAsync(connection, context);
        return $"joined after {installation.Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s";
    }

    /// <summary>Waits for what is under way on every member (MySQL Reference Manual, "Changing a Group's Mode").</summary>
    public async Task<string> ChangeModeAsync(DatabaseWork.ChangeGroupMode change, JobContext context)
    {
        context.Report("the group changes its mode");
        await using var connection = await OpenAsync(context);
        var call = change.Mode == GroupMode.MultiPrimary
            ? "group_replication_switch_to_multi_primary_mode()"
            : $"group_replication_switch_to_single_primary_mode({Sql.Quoted(change.ServerId)})";
        try
        {
            await using var command = Sql.Command(connection, $"SELECT {call}");
            return await command.ExecuteScalarAsync(context.Cancellation) as string ?? "done";
        }
        catch (MySqlException error)
        {
            throw new JobFailedException($"the group did not change its mode: {error.Message}");
        }
    }

    public async Task<string> ElectPrimaryAsync(string serverId, JobContext context)
    {
        context.Report("the group changes its primary");
        await using var connection = await OpenAsync(context);
        try
        {
            await using var command = Sql.Command(connection, $"SELECT group_replication_set_as_primary({Sql.Quoted(serverId)})");
            return await command.ExecuteScalarAsync(context.Cancellation) as string ?? "done";
        }
        catch (MySqlException error)
        {
            throw new JobFailedException($"the group did not change its primary: {error.Message}");
        }
    }

    public async Task<string> ExpelAsync(string address, JobContext context)
    {
        var group = installation.Files.ReadGroup() ?? throw new JobFailedException("it is not known which group this is");
        await XcomClient.RemoveAsync(
            Options.Group.Host, Options.Group.Port, group, address, await UsesTlsAsync(context), ExpelLimit, context.Cancellation);
        return $"the group was asked to put {address} out";
    }

    private async Task<bool> UsesTlsAsync(JobContext context)
    {
        await using var connection = await installation.Sql.OpenAsync(context.Cancellation);
        await using var command = new MySqlCommand("SELECT @@global.group_replication_ssl_mode", connection);
        return await command.ExecuteScalarAsync(context.Cancellation) is not "DISABLED";
    }

    /// <summary>A server whose mode is another than its group's is not let in; one variable forbids the other, so the order matters.</summary>
    private static async Task SetModeAsync(MySqlConnection connection, GroupMode mode, JobContext context)
    {
        var statement = mode == GroupMode.MultiPrimary
            ? "SET GLOBAL group_replication_single_primary_mode = OFF; SET GLOBAL group_replication_enforce_update_everywhere_checks = ON"
            : "SET GLOBAL group_replication_enforce_update_everywhere_checks = OFF; SET GLOBAL group_replication_single_primary_mode = ON";
        await Sql.RunAsync(connection, statement, context.Cancellation);
    }

    private Task<MySqlConnection> OpenAsync(JobContext context) => installation.Sql.OpenAsync(context.Cancellation, StatementLimit);

    /// <summary>With the credentials in memory only: nothing of them is written to disk.</summary>
    private async Task StartAsync(MySqlConnection connection, JobContext context)
    {
        try
        {
            await Sql.RunAsync(
                connection,
                $"START GROUP_REPLICATION USER = {Sql.Quoted(Options.Replication.UserName)}, PASSWORD = {Sql.Quoted(Options.Replication.Password)}",
                context.Cancellation);
        }
        catch (MySqlException error)
        {
            throw new JobFailedException($"{error.Message} {await WhyAsync(connection)}".TrimEnd());
        }
    }

    /// <summary>A member in the state ERROR must leave before it can join again.</summary>
    private static async Task LeaveAsync(MySqlConnection connection, JobContext context)
    {
        await using var command = new MySqlCommand(
            "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@global.server_uuid", connection);
        if (await command.ExecuteScalarAsync(context.Cancellation) is string and not "OFFLINE")
        {
            await Sql.RunAsync(connection, "STOP GROUP_REPLICATION", context.Cancellation);
        }
    }

    private async Task WaitUntilOnlineAsync(MySqlConnection connection, JobContext context)
    {
        while (true)
        {
            var observed = await GroupQuery.ReadAsync(connection, Options.Group.Address, context.Cancellation);
            switch (observed.Group.State)
            {
                case GroupState.Online:
                    return;
                case GroupState.Recovering:
                    context.Report($"catching up: {observed.Group.ApplyBacklog} transactions to apply");
                    break;
                default:
                    throw new JobFailedException($"the server fell out of the group while it caught up. {await WhyAsync(connection)}".TrimEnd());
            }

            await Task.Delay(LookEvery, installation.Time, context.Cancellation);
        }
    }

    /// <summary>A server that was put out once has shut its clients out.</summary>
    private static Task ServeAsync(MySqlConnection connection, JobContext context) =>
        Sql.RunAsync(connection, "SET GLOBAL offline_mode = OFF", context.Cancellation);

    /// <summary>The statement only says that it failed; the log says why.</summary>
    private static async Task<string> WhyAsync(MySqlConnection connection)
    {
        try
        {
            await using var command = Sql.Command(
                connection,
                """
                SELECT DATA FROM performance_schema.error_log
                WHERE SUBSYSTEM = 'Repl' AND PRIO = 'Error' AND LOGGED > NOW(6) - INTERVAL 5 MINUTE ORDER BY LOGGED DESC LIMIT 1
                """);
            return await command.ExecuteScalarAsync() as string ?? "";
        }
        catch (MySqlException)
        {
            return "";
        }
    }
}
