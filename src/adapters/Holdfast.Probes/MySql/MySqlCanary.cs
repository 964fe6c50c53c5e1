using System.Data.Common;
using MySqlConnector;

namespace Holdfast.Probes.MySql;

/// <summary>The row in MySQL, in a database of its own.</summary>
internal sealed class MySqlCanary(ProbeOptions options) : CanaryDatabase
{
    public override DbDataSource Connections { get; } = Open(options);

    public override string HasTable => "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'holdfast' AND table_name = 'canary'";

    public override string Creation =>
        """
        CREATE DATABASE IF NOT EXISTS holdfast;
        CREATE TABLE IF NOT EXISTS holdfast.canary (
            member varchar(190) COLLATE utf8mb4_bin PRIMARY KEY,
            sequence bigint NOT NULL,
            written_at timestamp(6) NOT NULL)
        """;

    public override string Reading => "SELECT sequence FROM holdfast.canary WHERE member = @member";

    public override string Writing =>
        """
        INSERT INTO holdfast.canary (member, sequence, written_at) VALUES (@member, @sequence, now(6)) AS new
        ON DUPLICATE KEY UPDATE
            written_at = if(canary.sequence < new.sequence, new.written_at, canary.written_at),
            sequence = greatest(canary.sequence, new.sequence)
        """;

    public override string Remedy => $"as a superuser: GRANT CREATE, SELECT, INSERT, UPDATE ON holdfast.* TO '{options.Username}'@'%'";

    public override DbParameter Parameter(string name, object value) => new MySqlParameter(name, value);

    protected override bool IsRefusal(DbException exception) => exception is MySqlException
    {
        ErrorCode: MySqlErrorCode.ConnectionCountError or MySqlErrorCode.ServerShutdown or MySqlErrorCode.OptionPreventsStatement or MySqlErrorCode.UnableToConnectToHost,
    };

    protected override bool IsRightMissing(DbException exception) => exception is MySqlException
    {
        ErrorCode: MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.TableAccessDenied,
    };

    private static MySqlDataSource Open(ProbeOptions options) => new MySqlDataSourceBuilder(new MySqlConnectionStringBuilder
    {
        Server = options.Host,
        Port = (uint)options.Port,
        UserID = options.Username,
        Password = options.Password,
        ApplicationName = "holdfast-probe",
        SslMode = options.Tls switch
        {
            ProbeTls.Disable => MySqlSslMode.Disabled,
            ProbeTls.Require => MySqlSslMode.Required,
            ProbeTls.VerifyCa => MySqlSslMode.VerifyCA,
            ProbeTls.VerifyFull => MySqlSslMode.VerifyFull,
            _ => MySqlSslMode.Preferred,
        },
        SslCa = options.CaFile ?? "",

        // Only without TLS is the password sent under a key that the server hands out.
        AllowPublicKeyRetrieval = options.Tls == ProbeTls.Disable,
        Pooling = false,
        ConnectionTimeout = (uint)options.DriverLimitSeconds,
        DefaultCommandTimeout = (uint)options.DriverLimitSeconds,
        CancellationTimeout = -1,
    }.ConnectionString).Build();
}
