using System.Globalization;

namespace Holdfast.Engines.Processes;

/// <summary>The operating system's user that a database and its tools run as.</summary>
internal sealed class OsAccount
{
    private OsAccount(string? name, int userId, int groupId, string home)
    {
        Name = name;
        UserId = userId;
        GroupId = groupId;
        Home = home;
    }

    /// <summary>Null when the agent itself runs as that user.</summary>
    public string? Name { get; }

    public int UserId { get; }

    public int GroupId { get; }

    /// <summary>The number that the database's processes have, whoever starts them.</summary>
    public int EffectiveUserId => Name is null ? Posix.UserId : UserId;

    public string Home { get; }

    /// <exception cref="InvalidOperationException">The agent is root, and there is no such unprivileged user.</exception>
    /// <param name="name">As the operator wrote it; null for none.</param>
    /// <param name="product">The database's name, for words to people.</param>
    public static OsAccount Resolve(string? name, string product)
    {
        if (!Posix.IsRoot)
        {
            return new(null, -1, -1, Environment.GetEnvironmentVariable("HOME") ?? "/");
        }

        if (string.IsNullOrEmpty(name))
        {
            throw new InvalidOperationException(
                $"{product} does not run as root: run the agent as an unprivileged user, or name one for {product}");
        }

        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            if (line.Split(':') is [var user, _, var uid, var gid, _, var home, ..] && user == name && uid != "0")
            {
                return new(name, Id(uid), Id(gid), home);
            }
        }

        throw new InvalidOperationException($"{product} cannot run as '{name}': there is no such unprivileged user");
    }

    /// <summary>The command line that runs a program as this user, in one process all the way.</summary>
    public IEnumerable<string> Prefix => Name is null
        ? []
        : ["setpriv", $"--reuid={UserId}", $"--regid={GroupId}", "--init-groups", "--"];

    public void Own(string path)
    {
        if (Name is not null)
        {
            Posix.Own(path, UserId, GroupId);
        }
    }

    /// <summary>Makes a directory for this user alone, and its parents for passing through.</summary>
    public void MakePrivateDirectory(string path)
    {
        var parent = Path.GetDirectoryName(path.TrimEnd('/'));
        if (parent is not null && !Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
            Own(parent);
        }

        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
        Own(path);
    }

    private static int Id(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
