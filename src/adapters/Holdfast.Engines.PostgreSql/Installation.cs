using Holdfast.Engines.Observation;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.Processes;

namespace Holdfast.Engines.PostgreSql;

/// <summary>The member's PostgreSQL as it lies on this host: its programs, directory, account, disk and logs.</summary>
internal sealed class Installation
{
    private const int LastLinesMax = 4;
    private const int TailBytesMax = 16384;

    private int? _majorVersion;

    public Installation(PostgreSqlOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Account = OsAccount.Resolve(options.OsUser, "PostgreSQL");
        Binaries = new(options);
        Secrets = new(options);
        Tools = new(new(
            Account,
            () => Binaries.Directory,
            Secrets.Redact,
            ["PG"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSFILE"] = options.PgPassPath }));
        Directory = new(options, Account);
        Control = new(options, Tools);
        Disk = new(options.DataDirectory, time);
    }

    public PostgreSqlOptions Options { get; }

    public TimeProvider Time { get; }

    public OsAccount Account { get; }

    public Binaries Binaries { get; }

    public Secrets Secrets { get; }

    public ToolRunner Tools { get; }

    public DataDirectory Directory { get; }

    public ControlFile Control { get; }

    public DiskProbe Disk { get; }

    /// <summary>Of the programs; 0 until it was asked for.</summary>
    public int MajorVersion => _majorVersion ?? 0;

    private string PromoteSignal => Path.Combine(Options.DataDirectory, "promote");

    public async Task<int> ReadMajorVersionAsync(CancellationToken cancellationToken)
    {
        if (_majorVersion is null)
        {
            var answer = await Tools.RunAsync("postgres", ["--version"], cancellationToken);
            var number = answer.Output.Split(' ').Select(word => new string([.. word.TakeWhile(char.IsAsciiDigit)])).FirstOrDefault(word => word.Length > 0);
            _majorVersion = number is null ? 0 : int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        }

        return _majorVersion.Value;
    }

    /// <summary>The unprivileged user writes it, though its directory may not be that user's.</summary>
    public void PrepareStartupLog()
    {
        if (!File.Exists(Options.StartupLogPath))
        {
            using (File.Create(Options.StartupLogPath))
            {
            }

            Account.Own(Options.StartupLogPath);
        }
    }

    /// <summary>
    /// Appears at once and whole: a server that is signalled for any other reason looks for the file as well, and takes it away while it is being made.
    /// </summary>
    public void WritePromoteSignal()
    {
        var prepared = PromoteSignal + ".prepared";
        File.WriteAllText(prepared, "");
        Account.Own(prepared);
        File.Move(prepared, PromoteSignal, overwrite: true);
    }

    /// <summary>A signal that nobody took would promote the next replica that starts here.</summary>
    public void RemovePromoteSignal() => File.Delete(PromoteSignal);

    /// <summary>What PostgreSQL complained of last.</summary>
    public string LastWords()
    {
        try
        {
            var newest = System.IO.Directory.Exists(Path.Combine(Options.DataDirectory, "log"))
                ? new DirectoryInfo(Path.Combine(Options.DataDirectory, "log")).GetFiles("*.log").MaxBy(file => file.LastWriteTimeUtc)?.FullName
                : null;
            var lines = new[] { Options.StartupLogPath, newest }
                .OfType<string>()
                .Where(File.Exists)
                .SelectMany(ReadTail)
                .Where(IsComplaint)
                .TakeLast(LastLinesMax)
                .ToArray();
            return lines.Length > 0 ? Secrets.Redact(string.Join("; ", lines)) : "it said nothing";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"its log cannot be read: {error.Message}";
        }
    }

    private static string[] ReadTail(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(stream.Length, TailBytesMax), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    private static bool IsComplaint(string line) =>
        line.Contains("FATAL:", StringComparison.Ordinal)
        || line.Contains("PANIC:", StringComparison.Ordinal)
        || (line.Contains("HINT:", StringComparison.Ordinal) && !line.Contains("Future log output", StringComparison.Ordinal))
        || line.StartsWith("setpriv:", StringComparison.Ordinal)
        || line.StartsWith("sh:", StringComparison.Ordinal)
        || line.StartsWith("/bin/sh:", StringComparison.Ordinal);
}
