namespace Holdfast.Router.Loops;

/// <summary>The process's limit of open descriptors (getrlimit(2)): each client needs two.</summary>
internal static unsafe class OpenFileLimit
{
    private const int Files = 7; // RLIMIT_NOFILE
    private const int OwnNeeds = 256;

    /// <summary>As far as the system allows; where that is less than needed, clients wait once it is reached.</summary>
    public static void Raise(int connections)
    {
        var limits = stackalloc long[2];
        var wanted = (2L * connections) + OwnNeeds;
        if (Linux.GetLimit(Files, limits) != 0 || limits[0] >= wanted)
        {
            return;
        }

        limits[0] = Math.Min(wanted, limits[1]);
        _ = Linux.SetLimit(Files, limits);
    }
}
