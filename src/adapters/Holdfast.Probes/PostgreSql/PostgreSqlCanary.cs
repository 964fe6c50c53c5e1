using System.Data.Common;
using Npgsql;

namespace Holdfast.Probes.PostgreSql;

/// <summary>The row in PostgreSQL, in a schema of its own.</summary>
internal sealed class PostgreSqlCanary(ProbeOptions options) : CanaryDatabase
{
    public override DbDataSource Connections { get; } = Open(options);

    public override string HasTable => "SELECT to_regclass('holdfast.canary') IS NOT NULL";

    /// <summary>Whoever makes the schema may be another one than whoever makes the table: IF NOT EXISTS asks for the right to make it all the same.</summary>
    public override string Creation =>
        """
        DO $$
        BEGIN
            IF to_regnamespace('holdfast') IS NULL THEN
                CREATE SCHEMA holdfast;
            END IF;
            CREATE TABLE IF NOT EXISTS holdfast.canary (
                member text PRIMARY KEY,
                sequence bigint NOT NULL,
                written_at timestamptz NOT NULL
            ) WITH (fillfactor = 50);
        END
        $$
        """;

    public override string Reading => "SELECT sequence FROM holdfast.canary WHERE member = $1";

    public override string Writing =>
        """
        INSERT INTO holdfast.canary AS canary (member, sequence, written_at) VALUES ($1, $2, now())
        ON CONFLICT (member) DO UPDATE SET sequence = excluded.sequence, written_at = excluded.written_at
        WHERE canary.sequence < excluded.sequence
        """;

    public override string Remedy => $"as a superuser in database {options.Database}: CREATE SCHEMA IF NOT EXISTS holdfast; ALTER SCHEMA holdfast OWNER TO \"{options.Username}\"; ALTER TABLE IF EXISTS holdfast.canary OWNER TO \"{options.Username}\"";

    public override DbParameter Parameter(string name, object value) => value is long number
        ? new NpgsqlParameter<long> { TypedValue = number }
        : new NpgsqlParameter<string> { TypedValue = (string)value };

    protected override bool IsRefusal(DbException exception) =>
        exception.SqlState is PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction;

    protected override bool IsRightMissing(DbException exception) => exception.SqlState == PostgresErrorCodes.InsufficientPrivilege;

    private static NpgsqlDataSource Open(ProbeOptions options)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.Username,
            Password = options.Password,
            ApplicationName = "holdfast-probe",
            SslMode = options.Tls switch
            {
                ProbeTls.Disable => SslMode.Disable,
                ProbeTls.Require => SslMode.Require,
                ProbeTls.VerifyCa => SslMode.VerifyCA,
                ProbeTls.VerifyFull => SslMode.VerifyFull,
                _ => SslMode.Prefer,
            },
            RootCertificate = options.CaFile,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Pooling = false,
            Timeout = options.DriverLimitSeconds,
            CommandTimeout = options.DriverLimitSeconds,
            CancellationTimeout = -1,
        }.ConnectionString);
        return builder.EnableTransportSecurity().ConfigureTypeLoading(loading => loading.EnableTypeLoading(false)).Build();
    }
}
