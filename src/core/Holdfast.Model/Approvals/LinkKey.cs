namespace Holdfast.Model.Approvals;

/// <summary>What links that answer one request are signed with. It is in the store, and goes nowhere else.</summary>
/// <param name="Text">In base64.</param>
public sealed record LinkKey(string Text)
{
    public const int Length = 32;

    public override string ToString() => "not shown";
}
