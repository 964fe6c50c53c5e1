namespace Holdfast.Host.Commands;

/// <summary>How a command says that it cannot go on: one sentence on standard error, and a status that scripts can read.</summary>
internal static class Failure
{
    public const int Refused = 1;
    public const int Usage = 2;

    public static int Say(string words)
    {
        Console.Error.WriteLine($"Error: {words}");
        return Refused;
    }
}
