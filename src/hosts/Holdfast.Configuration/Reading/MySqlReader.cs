namespace Holdfast.Configuration.Reading;

/// <summary>Reads the <c>mysql</c> section.</summary>
internal static class MySqlReader
{
    private const int PortDefault = 3306;
    private const int GroupPortDefault = 33061;

    /// <summary>Null when there is none; an agent runs one engine.</summary>
    public static MySqlConfiguration? Read(Section root, bool isAgent)
    {
        var section = root.Inner("mysql");
        if (!section.IsPresent)
        {
            return null;
        }

        if (isAgent && root.Node("postgresql") is not null)
        {
            root.Error("mysql", "one agent runs one database: write either postgresql or mysql");
        }

        var listen = section.Listen("listen", PortDefault);
        var connect = section.ReachableAddress("connect_address", PortDefault);
        if (isAgent && section.Node("listen") is null)
        {
            section.Missing("listen", "10.0.0.1:3306");
        }

        if (isAgent && section.Node("connect_address") is null)
        {
            section.Missing("connect_address", "10.0.0.1:3306");
        }

        var users = section.Inner("authentication");
        var group = section.Inner("group");
        var bootstrap = section.Inner("bootstrap");
        var reached = connect ?? new("127.0.0.1", listen?.Port ?? PortDefault);
        var name = group.Text("name");
        if (name is not null && !Guid.TryParseExact(name, "D", out _))
        {
            group.Error("name", "must be a UUID, as `uuidgen` makes them; without a name the first member makes one");
        }

        var mysql = new MySqlConfiguration
        {
            Listen = listen ?? new([], PortDefault),
            ConnectAddress = reached,
            DataDirectory = (isAgent ? section.RequiredText("data_dir", "/var/lib/mysql-holdfast") : section.Text("data_dir")) ?? "",
            BinDirectory = section.Text("bin_dir") is { Length: > 0 } directory ? directory : null,
            OsUser = section.Text("os_user"),
            Superuser = ReadUser(users, "superuser", isAgent),
            Replication = ReadUser(users, "replication", isAgent),
            GroupName = name?.ToLowerInvariant(),
            GroupAddress = group.ReachableAddress("local_address", GroupPortDefault) ?? new(reached.Host, GroupPortDefault),
            IsMultiPrimary = group.Word("mode", ("single-primary", false), ("multi-primary", true)) ?? false,
            BootstrapBackup = bootstrap.Text("backup") is { Length: > 0 } backup ? Path.GetFullPath(backup) : null,
            Parameters = section.NamedValues("parameters"),
        };
        users.RefuseUnknown();
        group.RefuseUnknown();
        bootstrap.RefuseUnknown();
        section.RefuseUnknown();
        return mysql;
    }

    private static Credentials ReadUser(Section users, string name, bool isNeeded)
    {
        var section = users.Inner(name);
        var username = isNeeded ? section.RequiredText("username", name == "superuser" ? "admin" : "replicator") : section.Text("username");
        var password = isNeeded ? section.RequiredText("password", "a long one") : section.Text("password");
        section.RefuseUnknown();
        return new(username ?? "", password ?? "");
    }
}
