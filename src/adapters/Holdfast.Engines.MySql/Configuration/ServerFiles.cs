using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Engines.Processes;

namespace Holdfast.Engines.MySql.Configuration;

/// <summary>The files that the agent keeps for the server, beside the data directory.</summary>
internal sealed class ServerFiles(MySqlOptions options, OsAccount account)
{
    private const int SocketPathMax = 100;

    public string MainFile => options.DataDirectory + ".cnf";

    public string ErrorLog => options.DataDirectory + ".log";

    public string StartupLog => options.DataDirectory + ".startup.log";

    /// <summary>Says which group the data directory belongs to.</summary>
    private string GroupFile => options.DataDirectory + ".group";

    /// <summary>In the data directory; the kernel takes no more than 107 bytes, so a long one goes under a short name elsewhere.</summary>
    public string Socket
    {
        get
        {
            var inside = Path.Combine(options.DataDirectory, "mysqld.sock");
            return Encoding.UTF8.GetByteCount(inside) <= SocketPathMax
                ? inside
                : $"/tmp/holdfast-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.DataDirectory)))[..16]}.sock";
        }
    }

    /// <summary>Says that the data directory came out of a backup, and that no group has begun from it yet.</summary>
    private string RestoredFile => options.DataDirectory + ".restored";

    public bool IsRestored => File.Exists(RestoredFile);

    public void WriteRestored(string from) => Write(RestoredFile, from + "\n");

    public void ForgetRestored() => File.Delete(RestoredFile);

    /// <summary>Null while the directory belongs to none.</summary>
    public string? ReadGroup() => File.Exists(GroupFile) ? File.ReadAllText(GroupFile).Trim() is { Length: > 0 } group ? group : null : null;

    public void WriteGroup(string group)
    {
        Write(GroupFile, group + "\n");
        Posix.SyncDirectory(Path.GetDirectoryName(GroupFile) ?? "/");
    }

    public void ForgetGroup() => File.Delete(GroupFile);

    /// <summary>Like the main file, for the server to say what it thinks of it.</summary>
    public string CandidateFile => MainFile + ".candidate";

    /// <param name="parameters">The operator's.</param>
    public void WriteMain(ImmutableSortedDictionary<string, string> parameters) => Write(MainFile, Text(parameters));

    public void WriteCandidate(ImmutableSortedDictionary<string, string> parameters) => Write(CandidateFile, Text(parameters));

    public void RemoveCandidate() => File.Delete(CandidateFile);

    /// <summary>The operator's parameters that the server has last started with.</summary>
    public ImmutableSortedDictionary<string, string> ReadParameters()
    {
        try
        {
            return ServerVariables.ReadParameters(File.Exists(MainFile) ? File.ReadAllLines(MainFile) : []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ImmutableSortedDictionary<string, string>.Empty;
        }
    }

    /// <summary>Statements that the server runs before it takes connections. They hold passwords: remove it when it has started.</summary>
    public string WriteStatements(IEnumerable<string> statements)
    {
        var path = options.DataDirectory + ".statements.sql";
        Write(path, string.Concat(statements.Select(statement => statement + ";\n")));
        return path;
    }

    /// <summary>The unprivileged user writes them, though their directory may not be that user's.</summary>
    public void PrepareLogs()
    {
        foreach (var log in new[] { ErrorLog, StartupLog })
        {
            if (!File.Exists(log))
            {
                Write(log, "");
            }
        }
    }

    /// <summary>What the server complained of last.</summary>
    public string LastWords()
    {
        const int tailBytesMax = 16384;
        const int linesMax = 2;
        try
        {
            var lines = new[] { StartupLog, ErrorLog }.Where(File.Exists).SelectMany(file =>
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                stream.Seek(-Math.Min(stream.Length, tailBytesMax), SeekOrigin.End);
                using var reader = new StreamReader(stream);
                return reader.ReadToEnd().Split('\n');
            });
            var complaints = lines
                .Where(line => line.Contains("[ERROR]", StringComparison.Ordinal) && !line.EndsWith("Aborting", StringComparison.Ordinal))
                .TakeLast(linesMax)
                .ToArray();
            return complaints.Length > 0 ? string.Join("; ", complaints) : "it said nothing";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"its log cannot be read: {error.Message}");
        }
    }

    private string Text(ImmutableSortedDictionary<string, string> parameters) => ServerVariables.Text(options with { Parameters = parameters }, this, ReadGroup());

    /// <summary>For the server's user alone, and whole at once.</summary>
    private void Write(string path, string text)
    {
        var prepared = path + ".prepared";
        File.Delete(prepared);
        using (var file = new FileStream(prepared, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        account.Own(prepared);
        File.Move(prepared, path, overwrite: true);
    }
}
