using System.Diagnostics;
using System.Net;
using Holdfast.Demo.Cluster;
using Npgsql;
using Xunit;

namespace Holdfast.Router.Tests.Sessions;

/// <summary>A PostgreSQL of its own, with a few users: postgres, anna, who may act as the boss, and bert.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    public const string Password = "correct horse";

    private readonly string home = Directory.CreateTempSubdirectory("holdfast-router-").FullName;
    private Process? process;

    private PostgreSqlServer(int port) => Address = new(IPAddress.Loopback, port);

    public IPEndPoint Address { get; }

    private string Data => Path.Combine(home, "data");

    private static string Programs => Directory.GetDirectories("/usr/lib/postgresql").Order().Select(version => Path.Combine(version, "bin")).Last();

    /// <param name="secret">Of the users; null for a password that the server makes its own secret of.</param>
    public static async Task<PostgreSqlServer> StartAsync(string? secret)
    {
        var found = Directory.Exists("/usr/lib/postgresql");
        Assert.SkipUnless(found || Environment.GetEnvironmentVariable("CI") == "true", "PostgreSQL is not installed: apt-get install postgresql");
        var server = new PostgreSqlServer(FreePorts.Take(1)[0]);
        await server.BeginAsync();
        foreach (var user in new[] { "anna", "bert" })
        {
            await server.DoAsync($"create role {user} login password '{secret ?? Password}'");
        }

        await server.DoAsync("create role \"the \"\"boss\"\"\"; grant \"the \"\"boss\"\"\" to anna; create table notes (line text); grant all on notes to anna");
        return server;
    }

    public async Task<object?> DoAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Address.Port};Username=postgres;Password={Password};Database=postgres;Pooling=false;Timeout=5;SSL Mode=Disable");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own statements.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            using var stop = Run("pg_ctl", "stop", "-D", Data, "-m", "immediate", "-s");
            await stop.WaitForExitAsync();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(home, recursive: true);
    }

    private async Task BeginAsync()
    {
        File.SetUnixFileMode(home, (UnixFileMode)0b111_111_111);
        var passwordFile = Path.Combine(home, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        using (var init = Run("initdb", "-D", Data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale", "C", "--no-sync"))
        {
            await init.WaitForExitAsync();
            Assert.Equal(0, init.ExitCode);
        }

        process = Run(
            "postgres", "-D", Data, "-p", Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "logging_collector=on");
        var began = TimeProvider.System.GetTimestamp();
        while (!await AnswersAsync())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(1), "PostgreSQL does not start");
            await Task.Delay(20);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await DoAsync("select true") is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static Process Run(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs, program);
        var start = Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = "/";
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var started = Process.Start(start) ?? throw new InvalidOperationException($"{program} cannot be started");
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }
}
