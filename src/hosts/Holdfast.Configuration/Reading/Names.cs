using System.Buffers;

namespace Holdfast.Configuration.Reading;

/// <summary>What a scope or a member may be called.</summary>
internal static class Names
{
    private static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    public static void Check(Section section, string key, string? text)
    {
        if (text is not null && text.AsSpan().ContainsAnyExcept(Letters))
        {
            section.Error(key, $"'{text}' is not a name; use letters, digits, '-', '_' and '.'");
        }
    }
}
