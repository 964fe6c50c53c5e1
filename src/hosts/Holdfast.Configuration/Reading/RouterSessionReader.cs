using System.Collections.Immutable;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads what only mode session knows: whom clients are, how both sides are protected, what is carried.</summary>
internal static class RouterSessionReader
{
    public static ImmutableArray<string> Keys { get; } =
        ["switchover_budget", "tls", "server_tls", "userlist", "auth_query", "auth_user", "auth_password", "custom_settings"];

    private static readonly string[] KeysOfWhoeverAsks = ["auth_query", "auth_password"];

    /// <param name="section">Where the cluster's keys stand.</param>
    /// <param name="commonPassword">Of <c>auth_user</c> where the cluster states none.</param>
    public static RouterSessionConfiguration Read(Section section, string? commonPassword)
    {
        var tls = RouterTlsReader.ReadClientSide(section.Inner("tls"));
        return new()
        {
            SwitchoverBudget = section.Duration("switchover_budget", 0, 3600) ?? new RouterSessionConfiguration().SwitchoverBudget,
            Tls = tls,
            ServerTls = RouterTlsReader.ReadServerSide(section.Inner("server_tls"), tls?.RequiresClientCertificate == true),
            UserListFile = section.Text("userlist"),
            AuthQuery = ReadAuthQuery(section, commonPassword),
            CustomSettings = ReadCustomSettings(section),
        };
    }

    public static void Refuse(Section section)
    {
        foreach (var key in Keys.Where(key => section.Node(key) is not null))
        {
            section.Error(key, "belongs to mode session, and mode tcp relays bytes as they are: remove it, or write 'mode: session'");
        }
    }

    private static RouterAuthQuery? ReadAuthQuery(Section section, string? commonPassword)
    {
        var username = section.Text("auth_user");
        var password = section.Text("auth_password");
        var sql = section.Text("auth_query");
        if (username is null)
        {
            foreach (var key in KeysOfWhoeverAsks.Where(key => section.Node(key) is not null))
            {
                section.Error(key, "has nobody who asks; write auth_user as well");
            }

            return null;
        }

        if (sql?.Contains("$1", StringComparison.Ordinal) == false)
        {
            section.Error("auth_query", $"has no $1, which stands for the user; write for example '{RouterAuthQuery.SqlDefault}'");
        }

        return new(sql ?? RouterAuthQuery.SqlDefault, username, password ?? commonPassword);
    }

    private static ImmutableArray<string> ReadCustomSettings(Section section)
    {
        var names = section.Texts("custom_settings") ?? [];
        foreach (var name in names.Where(name => !IsSetting(name)))
        {
            section.Error("custom_settings", $"'{name}' is not the name of a setting such as app.user_id");
        }

        return names;
    }

    private static bool IsSetting(string name) =>
        name.Split('.').All(part => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '$'));
}
