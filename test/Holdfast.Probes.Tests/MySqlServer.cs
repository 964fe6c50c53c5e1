using System.Data.Common;
using System.Runtime.CompilerServices;
using MySqlConnector;

namespace Holdfast.Probes.Tests;

public sealed class MySqlServer : CanaryServer
{
    private static readonly string? Program = Directories().Select(directory => Path.Combine(directory, "mysqld")).FirstOrDefault(File.Exists);

    public static bool IsThere => Program is not null;

    protected override bool IsMySql => true;

    protected override string Superuser => "root";

    public override Task AddUserAsync(string name) => DoAsync($"CREATE USER {name}@'%' IDENTIFIED BY '{Password}'");

    protected override async Task<IReadOnlyList<string>> PrepareAsync()
    {
        Assert.SkipUnless(IsThere, "MySQL is not unpacked; ./run test does that");
        var data = Path.Combine(Home, "data");
        string[] common = [Program!, "--no-defaults", "--user=root", "--secure-file-priv=NULL", $"--datadir={data}"];
        await RunAsync([.. common, "--initialize-insecure"], Path.Combine(Home, "initialize"));
        var first = Path.Combine(Home, "first.sql");
        await File.WriteAllTextAsync(first, $"CREATE USER IF NOT EXISTS root@'127.0.0.1' IDENTIFIED BY '{Password}'; GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;", Stop);
        return [.. common, $"--port={Text(Port)}", "--bind-address=127.0.0.1", $"--socket={Home}/sock", "--mysqlx=OFF", $"--init-file={first}", "--skip-name-resolve"];
    }

    protected override DbDataSource Direct() => new MySqlDataSource(new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = (uint)Port,
        UserID = Superuser,
        Password = Password,
        Pooling = false,
        AllowUserVariables = true,
    }.ConnectionString);

    private static IEnumerable<string> Directories([CallerFilePath] string here = "") =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Prepend(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "artifacts", "mysql", "bin"));
}
