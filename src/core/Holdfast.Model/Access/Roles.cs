namespace Holdfast.Model.Access;

/// <summary>What somebody is trusted with. Nobody is trusted with another role's work by having a higher one, except the administrator.</summary>
[Flags]
public enum Roles
{
    None = 0,

    /// <summary>Looks.</summary>
    Viewer = 1,

    /// <summary>Moves the leader, restarts, clones, pauses, silences.</summary>
    Operator = 2,

    /// <summary>Answers whether a member may lead.</summary>
    Approver = 4,

    /// <summary>Everything; and alone the cluster's settings and the tokens.</summary>
    Admin = 8,
}

/// <summary>What a request needs.</summary>
public enum Right
{
    Look,
    Operate,
    Approve,
    Administer,
}
