using System.Globalization;
using System.Text;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Configuration;

/// <summary>A member's replication slot is named after it, as Patroni names it, so that members of both agree.</summary>
internal static class SlotName
{
    private const int CharactersMax = 63;

    public static string Of(MemberName member)
    {
        var name = new StringBuilder();
        foreach (var rune in member.Text.ToLowerInvariant().EnumerateRunes())
        {
            name.Append(rune.Value switch
            {
                '-' or '.' => "_",
                (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' => rune.ToString(),
                _ => "u" + rune.Value.ToString("d4", CultureInfo.InvariantCulture),
            });
        }

        return name.Length > CharactersMax ? name.ToString(0, CharactersMax) : name.ToString();
    }
}
