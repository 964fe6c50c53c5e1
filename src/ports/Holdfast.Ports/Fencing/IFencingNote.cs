namespace Holdfast.Ports.Fencing;

/// <summary>What a fence that outlives its agent leaves behind after it has acted, for the member's next agent.</summary>
public interface IFencingNote
{
    /// <summary>Null when there is none. One that cannot be read is removed.</summary>
    Model.Fencing? Read();

    /// <summary>Called once what it says is in the audit trail.</summary>
    void Remove();
}
