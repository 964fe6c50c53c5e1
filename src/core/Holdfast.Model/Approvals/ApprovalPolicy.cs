namespace Holdfast.Model.Approvals;

/// <summary>Whether a failover needs a person.</summary>
public enum FailoverStrategy
{
    /// <summary>The best member leads as soon as nobody does.</summary>
    Automatic,

    /// <summary>Nobody leads after a loss until an operator names who.</summary>
    Manual,

    /// <summary>The best member asks, and leads once somebody has approved.</summary>
    Hybrid,
}

public enum ApprovalTimeoutAction
{
    /// <summary>It is asked anew.</summary>
    Wait,

    /// <summary>The candidate leads without approval.</summary>
    Promote,

    /// <summary>It is asked anew, more loudly.</summary>
    Escalate,
}

/// <summary>How approvals are asked for.</summary>
/// <param name="Timeout">How long one request can be answered; zero: for ever.</param>
/// <param name="OnTimeout">What happens then.</param>
/// <param name="Approvers">How many people must approve, one or more.</param>
public sealed record ApprovalPolicy(TimeSpan Timeout, ApprovalTimeoutAction OnTimeout, int Approvers)
{
    public static readonly ApprovalPolicy Default = new(TimeSpan.FromMinutes(15), ApprovalTimeoutAction.Wait, 1);
}
