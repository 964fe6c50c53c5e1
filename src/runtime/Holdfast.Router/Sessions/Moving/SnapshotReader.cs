using Holdfast.Router.Sessions.Protocol;

namespace Holdfast.Router.Sessions.Moving;

/// <summary>Reads the answer to <see cref="SessionSnapshot.Question"/>, which arrives in arbitrary pieces.</summary>
internal sealed class SnapshotReader
{
    /// <summary>More than so much of prepared statements is not carried.</summary>
    private const int BytesMax = 16 * 1024 * 1024;

    private readonly SessionSnapshot.Builder builder = new();
    private readonly List<byte> body = [];
    private FrameWalker walker;

    /// <summary>The whole answer is there.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The server's error, or that there was too much; null while all is well.</summary>
    public string? Failure { get; private set; }

    public SessionSnapshot Snapshot => builder.Build();

    public void Take(ReadOnlySpan<byte> piece)
    {
        var offset = 0;
        while (walker.Next(piece, ref offset, out var frame))
        {
            if (frame.IsBroken || body.Count > BytesMax)
            {
                Failure = "its state is too large, or cannot be understood";
                return;
            }

            if (frame.Begins)
            {
                body.Clear();
            }

            body.AddRange(frame.Body);
            if (frame.Ends)
            {
                Take(frame.Type);
            }
        }
    }

    private void Add()
    {
        try
        {
            builder.Add(body.ToArray());
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            Failure = "its state cannot be understood, or is not in UTF-8";
        }
    }

    private void Take(byte type)
    {
        switch (type)
        {
            case (byte)'D':
                Add();
                break;
            case (byte)'E':
                Failure = "its server could not tell its state";
                break;
            case (byte)'Z':
                IsComplete = true;
                break;
        }
    }
}
