using System.Globalization;
using System.Text;

namespace Holdfast.Stores.Kubernetes;

/// <summary>
/// Between the port's keys and the names in a ConfigMap, which have letters, digits, '-', '_' and '.' only. Keys below the root lose it:
/// <c>/service/shop/members/a</c> is <c>members_.a</c>. What else a name cannot have is an underscore and its code.
/// </summary>
internal sealed class KeyNames(string root)
{
    public string ToName(string key)
    {
        var name = new StringBuilder();
        foreach (var letter in key.StartsWith(root, StringComparison.Ordinal) && key.Length > root.Length && key[root.Length] != '/' ? key[root.Length..] : key)
        {
            _ = letter switch
            {
                '/' => name.Append("_."),
                '_' => name.Append("__"),
                '.' when name.Length == 0 => name.Append("_x002e"),
                '-' or '.' => name.Append(letter),
                _ when char.IsAsciiLetterOrDigit(letter) => name.Append(letter),
                _ => name.Append(CultureInfo.InvariantCulture, $"_x{(int)letter:x4}"),
            };
        }

        return name.ToString();
    }

    public string ToKey(string name)
    {
        var key = new StringBuilder();
        for (var at = 0; at < name.Length; at++)
        {
            if (name[at] != '_' || at + 1 == name.Length)
            {
                key.Append(name[at]);
            }
            else if (name[++at] == 'x' && at + 4 < name.Length
                && int.TryParse(name.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                key.Append((char)code);
                at += 4;
            }
            else
            {
                key.Append(name[at] == '.' ? '/' : name[at]);
            }
        }

        return key is { Length: > 0 } && key[0] == '/' ? key.ToString() : root + key;
    }
}
