using System.Reflection;

namespace Holdfast.Host;

/// <summary>What this executable is.</summary>
internal static class Product
{
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
