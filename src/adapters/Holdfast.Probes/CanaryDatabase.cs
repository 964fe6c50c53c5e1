using System.Data.Common;
using System.Net.Sockets;
using Holdfast.Model.Probes;

namespace Holdfast.Probes;

/// <summary>What one kind of database calls things.</summary>
internal abstract class CanaryDatabase : IAsyncDisposable
{
    /// <summary>Unpooled connections.</summary>
    public abstract DbDataSource Connections { get; }

    /// <summary>Whether the table is there: one value, true or not zero.</summary>
    public abstract string HasTable { get; }

    /// <summary>Makes the table and what it is in.</summary>
    public abstract string Creation { get; }

    /// <summary>The row's number. Its parameter: the member.</summary>
    public abstract string Reading { get; }

    /// <summary>Puts a number into the row unless a later one is there: a write that was given up may arrive after the next one. Its parameters: the member, the number.</summary>
    public abstract string Writing { get; }

    /// <summary>What a person must run, as whom, when rights are missing for the table.</summary>
    public abstract string Remedy { get; }

    /// <summary>The server has no room for the connection, or is on its way up or down.</summary>
    protected abstract bool IsRefusal(DbException exception);

    /// <summary>The user may not do what it was asked to do.</summary>
    protected abstract bool IsRightMissing(DbException exception);

    public abstract DbParameter Parameter(string name, object value);

    /// <summary>How an attempt ended that threw this, and what to tell people.</summary>
    public (ProbeOutcome Outcome, string Words) Judge(Exception exception) => exception switch
    {
        DbException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable } inner } => (ProbeOutcome.Refused, inner.Message),
        SocketException refused => (ProbeOutcome.Refused, refused.Message),
        TimeoutException or OperationCanceledException or DbException { InnerException: TimeoutException or OperationCanceledException } => (ProbeOutcome.Timeout, "no answer in time"),
        DbException answer when IsRightMissing(answer) => (ProbeOutcome.Error, $"{answer.Message}; {Remedy}"),
        DbException answer when IsRefusal(answer) => (ProbeOutcome.Refused, answer.Message),
        _ => (ProbeOutcome.Error, exception.Message),
    };

    public ValueTask DisposeAsync() => Connections.DisposeAsync();
}
