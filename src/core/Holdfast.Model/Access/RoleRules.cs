namespace Holdfast.Model.Access;

/// <summary>Which role may do what.</summary>
public static class RoleRules
{
    private static readonly (string Word, Roles Role)[] Words =
        [("viewer", Roles.Viewer), ("operator", Roles.Operator), ("approver", Roles.Approver), ("admin", Roles.Admin)];

    public static bool Allows(Roles roles, Right right) => (roles & Needed(right)) != Roles.None;

    /// <summary>Any one of these is enough.</summary>
    public static Roles Needed(Right right) => Roles.Admin | right switch
    {
        Right.Look => Roles.Viewer | Roles.Operator | Roles.Approver,
        Right.Operate => Roles.Operator,
        Right.Approve => Roles.Approver,
        _ => Roles.None,
    };

    /// <summary>Null when one of the words is no role.</summary>
    public static Roles? Parse(IEnumerable<string> words)
    {
        var roles = Roles.None;
        foreach (var word in words)
        {
            var found = Words.FirstOrDefault(known => known.Word.Equals(word.Trim(), StringComparison.OrdinalIgnoreCase));
            if (found.Word is null)
            {
                return null;
            }

            roles |= found.Role;
        }

        return roles;
    }

    public static IEnumerable<string> AllWords => Words.Select(known => known.Word);

    public static IEnumerable<string> WordsOf(Roles roles) => Words.Where(known => roles.HasFlag(known.Role)).Select(known => known.Word);

    /// <summary><c>operator, approver</c>; <c>no role</c> for none.</summary>
    public static string Describe(Roles roles, string between = ", ") => roles == Roles.None ? "no role" : string.Join(between, WordsOf(roles));
}
