namespace Holdfast.Bench.Router.Proxies;

/// <summary>A program that stands between clients and PostgreSQL: Holdfast's router, or one that it is compared with.</summary>
internal interface IProxySoftware
{
    /// <summary>In the figures' names.</summary>
    string Name { get; }

    /// <summary>Where clients reach the primary, on the loopback address.</summary>
    int Port { get; }

    /// <summary>Writes its files; answers the program and the arguments that run it in the foreground.</summary>
    IReadOnlyList<string> Prepare(string directory);
}
