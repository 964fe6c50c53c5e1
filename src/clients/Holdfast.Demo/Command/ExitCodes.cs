namespace Holdfast.Demo.Command;

/// <summary>What the exit status of <c>holdfast demo</c> means.</summary>
internal static class ExitCodes
{
    public const int Good = 0;

    /// <summary>A row was lost, the redundancy did not return, or the cluster did not start.</summary>
    public const int Failed = 1;

    public const int Interrupted = 130;
}
