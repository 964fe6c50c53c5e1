using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.MySql.Observation;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Engines.Observation;
using Holdfast.Engines.Processes;

namespace Holdfast.Engines.MySql;

/// <summary>The member's MySQL as it lies on this host: its programs, directory, account, disk and files.</summary>
internal sealed class Installation
{
    public Installation(MySqlOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Account = OsAccount.Resolve(options.OsUser, "MySQL");
        var programs = new Programs(options);

        // Whoever names himself its parent is taken to start it again when it exits for that.
        var parent = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MYSQLD_PARENT_PID"] = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        Tools = new(new(Account, () => programs.Directory, Redact, ["MYSQL"], parent));
        Directory = new(options, Account);
        Files = new(options, Account);
        Disk = new(options.DataDirectory, time);
        Sql = new(options, Files);
    }

    public MySqlOptions Options { get; }

    public TimeProvider Time { get; }

    public OsAccount Account { get; }

    public ToolRunner Tools { get; }

    public MySqlDirectory Directory { get; }

    public ServerFiles Files { get; }

    public DiskProbe Disk { get; }

    public Sql Sql { get; }

    /// <summary>Keeps passwords out of words that people read.</summary>
    public string Redact(string text) =>
        new[] { Options.Superuser.Password, Options.Replication.Password }
            .Where(password => password.Length > 0)
            .OrderByDescending(password => password.Length)
            .Aggregate(text, (result, password) => result.Replace(password, "***", StringComparison.Ordinal));
}
