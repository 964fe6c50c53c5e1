namespace Holdfast.Router.Loops;

/// <summary>What a system call that moves bytes came to.</summary>
internal enum TransferKind
{
    Moved,

    /// <summary>The peer sends no more.</summary>
    End,

    /// <summary>Nothing can be moved now: await the socket's signal.</summary>
    WouldBlock,

    /// <summary>The connection is broken, or was cut from this side.</summary>
    Broken,
}

/// <param name="Kind">Which of the four.</param>
/// <param name="Bytes">How many were moved; zero unless <see cref="TransferKind.Moved"/>.</param>
internal readonly record struct Transfer(TransferKind Kind, int Bytes)
{
    public static readonly Transfer End = new(TransferKind.End, 0);
    public static readonly Transfer WouldBlock = new(TransferKind.WouldBlock, 0);
    public static readonly Transfer Broken = new(TransferKind.Broken, 0);

    public static Transfer Moved(int bytes) => new(TransferKind.Moved, bytes);
}
