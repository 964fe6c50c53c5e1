using CsCheck;

namespace Holdfast.Router.Tests;

/// <summary>Streams cut into pieces, as a network delivers them.</summary>
internal static class Pieces
{
    /// <summary>Where to cut: each number is a piece's length, and they are used again and again.</summary>
    public static Gen<int[]> Cuts { get; } = Gen.Int[1, 9].Array[1, 12];

    public static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    public static IEnumerable<byte[]> Of(byte[] stream, params int[] cuts)
    {
        var index = 0;
        for (var offset = 0; offset < stream.Length;)
        {
            var end = offset + Math.Min(stream.Length - offset, cuts[index++ % cuts.Length]);
            yield return stream[offset..end];
            offset = end;
        }
    }
}
