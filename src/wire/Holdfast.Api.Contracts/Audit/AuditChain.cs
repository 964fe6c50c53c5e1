using System.Globalization;

namespace Holdfast.Api.Contracts.Audit;

/// <summary>Whether a trail is as it was written.</summary>
public static class AuditChain
{
    /// <summary>What is wrong with a trail, in words; null for nothing. What came before its first entry is not known any more.</summary>
    /// <param name="entries">Oldest first.</param>
    public static string? ProblemOf(IReadOnlyList<AuditEntry> entries)
    {
        for (var index = 0; index < entries.Count; index++)
        {
            var entry = entries[index];
            if (!entry.IsSealed)
            {
                return string.Create(CultureInfo.InvariantCulture, $"Entry {entry.Number} ({entry.At:u}) was changed after it was written: its seal does not fit");
            }

            if (index > 0 && (entry.Number != entries[index - 1].Number + 1 || entry.Previous != entries[index - 1].Seal))
            {
                return string.Create(CultureInfo.InvariantCulture, $"Entry {entry.Number} ({entry.At:u}) does not follow entry {entries[index - 1].Number}: one was left out, put in between, or changed and sealed anew");
            }

            if (entry.Number == 1 && entry.Previous != AuditEntry.Beginning)
            {
                return "Entry 1 is not the first that was written: the trail was begun anew";
            }
        }

        return null;
    }
}
