using System.Text;
using Holdfast.Engines.MySql.Backups;
using Holdfast.Model;

namespace Holdfast.Engines.MySql.Tests.Backups;

/// <summary>A whole backup, and a place to restore it to; no server is anywhere.</summary>
internal sealed class BackupDirectory : IDisposable
{
    public const string Group = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

    private readonly string root = Directory.CreateTempSubdirectory("holdfast-backup-").FullName;

    public BackupDirectory()
    {
        Write("mysql.ibd", "of the system");
        Write("shop/orders.ibd", "of the shop");
        Describe(Manifest);
    }

    public string Backup => Path.Combine(root, "backup");

    public string Parent => Path.Combine(root, "backups");

    public MySqlOptions Options => new()
    {
        MemberName = new MemberName("alpha"),
        ListenHost = "127.0.0.1",
        ListenPort = 1,
        ConnectHost = "127.0.0.1",
        ConnectPort = 1,
        DataDirectory = Path.Combine(root, "member", "data"),
        BinDirectory = root,
        OsUser = "nobody",
        Superuser = new("admin", "a secret"),
        Replication = new("replicator", "another secret"),
        Group = new GroupOptions { Name = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb", Host = "127.0.0.1", Port = 2 },
    };

    public BackupManifest Manifest { get; } = new()
    {
        Format = BackupManifest.CurrentFormat,
        Scope = "demo",
        Member = "beta",
        TakenAt = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
        ServerVersion = "8.4.3",
        Group = Group,
        Transactions = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-100",
        Files = 2,
        Bytes = "of the systemof the shop".Length,
    };

    public void Write(string name, string text)
    {
        var path = Path.Combine(Backup, BackupManifest.DataName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, Encoding.ASCII);
    }

    public void Describe(BackupManifest manifest) => Describe(manifest.ToJson());

    public void Describe(string manifest) => File.WriteAllText(Path.Combine(Backup, BackupManifest.FileName), manifest);

    /// <summary>What is beside the data directory, and in it.</summary>
    public string[] AtMember()
    {
        var member = Path.Combine(root, "member");
        return Directory.Exists(member)
            ? [.. Directory.EnumerateFileSystemEntries(member, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(member, path)).Order(StringComparer.Ordinal)]
            : [];
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
