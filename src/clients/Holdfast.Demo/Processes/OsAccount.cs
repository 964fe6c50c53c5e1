using System.Globalization;

namespace Holdfast.Demo.Processes;

/// <summary>The unprivileged user that PostgreSQL runs as when we are root.</summary>
public sealed record OsAccount(string Name, int UserId, int GroupId)
{
    private const string Usual = "postgres";

    /// <summary>Null when we are not root: PostgreSQL runs as ourselves then.</summary>
    public static OsAccount? Needed() => Posix.IsRoot ? Find(Usual) : null;

    /// <summary>The command line that runs a program as this user, in one process all the way.</summary>
    public IReadOnlyList<string> Prefix =>
    [
        "setpriv",
        string.Create(CultureInfo.InvariantCulture, $"--reuid={UserId}"),
        string.Create(CultureInfo.InvariantCulture, $"--regid={GroupId}"),
        "--init-groups",
        "--",
    ];

    public void Own(string path) => Posix.Own(path, UserId, GroupId);

    private static OsAccount Find(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            if (line.Split(':') is [var user, _, var uid, var gid, ..] && user == name)
            {
                return new(name, int.Parse(uid, CultureInfo.InvariantCulture), int.Parse(gid, CultureInfo.InvariantCulture));
            }
        }

        throw new DemoException($"PostgreSQL does not run as root, and there is no user '{name}' to run it as");
    }
}
