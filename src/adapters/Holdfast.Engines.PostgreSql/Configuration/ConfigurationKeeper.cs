using System.Collections.Immutable;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.PostgreSql.Configuration;

/// <summary>Keeps the files in step with what the operator, the cluster and the agent want of the server.</summary>
internal sealed partial class ConfigurationKeeper(
    PostgreSqlOptions options,
    ConfigurationFiles files,
    ControlFile control,
    ToolRunner tools,
    SyncWatch sync,
    ILogger logger) : IDisposable
{
    private const int CorrectionsMax = 10;

    private readonly SemaphoreSlim _gate = new(1);
    private PostgreSqlOptions _options = options;
    private DynamicSettings _dynamic = DynamicSettings.Empty;
    private Upstream? _upstream;
    private bool _knowsUpstream;

    public ImmutableHashSet<string> LeftOut { get; private set; } = [];

    /// <summary>Set while a bootstrap recovers from a backup.</summary>
    public ImmutableSortedDictionary<string, string> Restore { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    public DynamicSettings Dynamic
    {
        get => _dynamic;
        set
        {
            _dynamic = value;
            LeftOut = [];
        }
    }

    public Upstream? Upstream
    {
        get
        {
            if (!_knowsUpstream)
            {
                Upstream = files.ReadUpstream();
            }

            return files.IsStandby ? _upstream : null;
        }

        set
        {
            _upstream = value;
            _knowsUpstream = true;
        }
    }

    public DatabaseRole Role => files.IsStandby ? DatabaseRole.Replica : DatabaseRole.Primary;

    /// <summary>Takes up what the operator has changed of this member's own parameters and access rules; the rest stays until the next start.</summary>
    public void Reload(PostgreSqlOptions reloaded)
    {
        _options = _options with
        {
            Parameters = reloaded.Parameters,
            RecoveryParameters = reloaded.RecoveryParameters,
            PgHba = reloaded.PgHba,
            PgIdent = reloaded.PgIdent,
        };
        LeftOut = [];
    }

    /// <summary>What the files say, once they were written.</summary>
    public ImmutableSortedDictionary<string, string> Written { get; private set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Writes the files for the role that the directory has. True when one of them changed.</summary>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            files.WritePasswords();
            var hasChanged = WriteHba();
            if (await WriteParametersAsync(cancellationToken))
            {
                hasChanged = true;
                await LeaveOutWhatIsRefusedAsync(cancellationToken);
            }

            return hasChanged;
        }
        finally
        {
            _gate.Release();
        }
    }

    public IEnumerable<string> CommandLine() =>
    [
        "-D", _options.DataDirectory,
        $"--config_file={files.MainFile}",
        .. ServerParameters.Critical.Where(Written.ContainsKey).Select(name => $"--{name}={Written[name]}"),
    ];

    public void Dispose() => _gate.Dispose();

    private bool WriteHba()
    {
        var hba = _options.PgHba.IsDefaultOrEmpty ? _dynamic.PgHba : _options.PgHba;
        var ident = _options.PgIdent.IsDefaultOrEmpty ? _dynamic.PgIdent : _options.PgIdent;
        var hasChanged = !hba.IsDefaultOrEmpty && files.WriteHba(hba);
        return (!ident.IsDefaultOrEmpty && files.WriteIdent(ident)) || hasChanged;
    }

    private async Task<bool> WriteParametersAsync(CancellationToken cancellationToken)
    {
        var minima = Role == DatabaseRole.Replica || files.IsRestoring ? (await control.ReadAsync(cancellationToken))?.Minima : null;
        Written = ServerParameters.Merge(_options, new()
        {
            MajorVersion = DataDirectory.ReadMajorVersion(_options.DataDirectory) ?? 0,
            Dynamic = _dynamic,
            Synchronous = sync.Names ?? files.ReadSynchronousNames(),
            Upstream = Upstream,
            Role = Role,
            Minima = minima ?? ImmutableSortedDictionary<string, int>.Empty,
            LeftOut = LeftOut,
            Restore = Restore,
            HasOwnLogging = files.HasOwnLogging,
        }).ToImmutableSortedDictionary(StringComparer.Ordinal);
        return files.WriteParameters(Written, Upstream);
    }

    /// <summary>PostgreSQL itself judges the parameters: a name or a value it does not know would keep it from starting.</summary>
    private async Task LeaveOutWhatIsRefusedAsync(CancellationToken cancellationToken)
    {
        for (var round = 0; round < CorrectionsMax; round++)
        {
            var verdict = await tools.RunAsync(
                "postgres",
                ["-C", "data_directory", "-D", _options.DataDirectory, $"--config_file={files.MainFile}", "--lc_messages=C"],
                cancellationToken);
            var refused = verdict.Succeeded
                ? []
                : Written.Keys.Where(name => verdict.ErrorTail.Contains($"\"{name}\"", StringComparison.Ordinal)).ToArray();
            if (refused.Length == 0)
            {
                return;
            }

            LogLeftOut(string.Join(", ", refused), verdict.ErrorTail);
            LeftOut = LeftOut.Union(refused);
            await WriteParametersAsync(cancellationToken);
        }
    }

    [LoggerMessage(5010, LogLevel.Warning, "PostgreSQL does not know these parameters or values, so they are left out: {Names} ({Why})")]
    private partial void LogLeftOut(string names, string why);
}
