using System.Data.Common;
using Holdfast.Demo.Databases;
using Holdfast.Demo.Processes;
using Npgsql;

namespace Holdfast.Probes.Tests;

public sealed class PostgreSqlServer : CanaryServer
{
    private readonly OsAccount? account = OsAccount.Needed();

    protected override bool IsMySql => false;

    protected override string Superuser => "postgres";

    public override Task AddUserAsync(string name) => DoAsync($"CREATE ROLE {name} LOGIN PASSWORD '{Password}'");

    protected override async Task<IReadOnlyList<string>> PrepareAsync()
    {
        var (programs, data, secret) = (PostgresPrograms.FindDirectory(), Path.Combine(Home, "data"), Path.Combine(Home, "secret"));
        await File.WriteAllTextAsync(secret, Password, Stop);
        foreach (var path in new[] { Home, secret })
        {
            account?.Own(path);
        }

        await RunAsync([.. account?.Prefix ?? [], $"{programs}/initdb", "-D", data, "-U", Superuser, "--pwfile", secret, "-A", "scram-sha-256", "--no-sync"], Path.Combine(Home, "initdb"));
        return [.. account?.Prefix ?? [], $"{programs}/postgres", "-D", data, "-p", Text(Port), "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"];
    }

    protected override DbDataSource Direct() =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = Superuser, Password = Password, Database = "postgres", Pooling = false });
}
