using Holdfast.Demo.Cluster;

namespace Holdfast.Bench.Router.Proxies;

/// <summary>The file of users that PgBouncer and session mode both read.</summary>
internal static class UserList
{
    /// <summary>Writes one with the superuser alone; answers where it is.</summary>
    public static string Write(string directory, string password)
    {
        var file = Path.Combine(directory, "userlist.txt");
        File.WriteAllText(file, $"\"{ClusterPlan.Superuser}\" \"{password}\"\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
