using Holdfast.Model.Groups;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>A server's word on its group, to the store's document and back. What cannot be read counts as not said.</summary>
internal static class GroupDocuments
{
    private static readonly (GroupState State, string Word)[] Words =
    [
        (GroupState.Offline, "OFFLINE"),
        (GroupState.Recovering, "RECOVERING"),
        (GroupState.Online, "ONLINE"),
        (GroupState.Error, "ERROR"),
        (GroupState.Unreachable, "UNREACHABLE"),
    ];

    public static GroupView ToGroup(GroupDocument document) => new()
    {
        ServerId = document.Server,
        Address = document.Address ?? "",
        State = ToState(document.State),
        Epoch = document.View is { } view ? GroupEpoch.Parse(view) : null,
        Members =
        [
            .. (document.Members ?? []).Select(member => new GroupPeer(
                member.Server ?? "", member.Host ?? "", member.Port, ToState(member.State), member.IsPrimary ?? false, member.Version ?? "")),
        ],
        IsMultiPrimary = document.IsMultiPrimary ?? false,
        AcceptsWrites = document.AcceptsWrites ?? false,
        Transactions = TransactionSet.Parse(document.Transactions ?? "") ?? TransactionSet.Empty,
        ApplyBacklog = document.ApplyBacklog ?? 0,
        CertifyBacklog = document.CertifyBacklog ?? 0,
        IsJoining = document.IsJoining ?? false,
        SlowsGroup = document.SlowsGroup ?? false,
        Conflicts = document.Conflicts ?? 0,
    };

    public static GroupDocument ToDocument(GroupView group) => new()
    {
        Server = group.ServerId,
        Address = group.Address,
        State = ToWord(group.State),
        View = group.Epoch?.ToString(),
        Members = group.Members.IsEmpty ? null : [.. group.Members.Select(member => new GroupPeerDocument
        {
            Server = member.ServerId,
            Host = member.Host,
            Port = member.Port,
            State = ToWord(member.State),
            IsPrimary = member.IsPrimary ? true : null,
            Version = member.Version,
        })],
        IsMultiPrimary = group.IsMultiPrimary ? true : null,
        AcceptsWrites = group.AcceptsWrites ? true : null,
        Transactions = group.Transactions.ToString(),
        ApplyBacklog = NullIfZero(group.ApplyBacklog),
        CertifyBacklog = NullIfZero(group.CertifyBacklog),
        IsJoining = group.IsJoining ? true : null,
        SlowsGroup = group.SlowsGroup ? true : null,
        Conflicts = NullIfZero(group.Conflicts),
    };

    private static GroupState ToState(string? word) => Words.FirstOrDefault(pair => pair.Word == word).State;

    private static string ToWord(GroupState state) => Words.First(pair => pair.State == state).Word;

    private static long? NullIfZero(long number) => number == 0 ? null : number;
}
