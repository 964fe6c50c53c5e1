using System.Buffers;

namespace Holdfast.Api.Serving;

/// <summary>
/// Puts the spaces into compact JSON that Python puts there. Load balancers are told to look for <c>"role": "primary"</c> in the
/// text of an answer, so the spaces are part of the interface.
/// </summary>
internal static class PythonSpacing
{
    public static ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> compact)
    {
        var spaced = new ArrayBufferWriter<byte>(compact.Length + (compact.Length / 8) + 16);
        var isInText = false;
        var isEscaped = false;
        foreach (var letter in compact)
        {
            // Whatever layout the source had is dropped first.
            if (!isInText && (letter is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                continue;
            }

            spaced.Write([letter]);
            if (isInText)
            {
                isInText = isEscaped || letter != (byte)'"';
                isEscaped = !isEscaped && letter == (byte)'\\';
            }
            else if (letter == (byte)'"')
            {
                isInText = true;
            }
            else if (letter is (byte)',' or (byte)':')
            {
                spaced.Write(" "u8);
            }
        }

        return spaced.WrittenMemory;
    }
}
