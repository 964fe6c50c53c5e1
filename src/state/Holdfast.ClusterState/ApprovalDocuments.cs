using System.Text.Json;
using Holdfast.Model;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>What people are asked, to the store's documents and back. What cannot be read counts as not asked.</summary>
public static class ApprovalDocuments
{
    public static LeaderRecord? ToLastLeader(StoreEntry entry) =>
        Documents.Parse(entry.Value, StoreJson.Default.LastLeaderDocument) is { Name: { } name, Term: var term } ? new(new MemberName(name), new Term(term)) : null;

    public static string ToText(LeaderRecord leader) =>
        JsonSerializer.Serialize(new LastLeaderDocument { Name = leader.Name.Text, Term = leader.Term.Number }, StoreJson.Default.LastLeaderDocument);

    public static ApprovalRequest? ToRequest(StoreEntry entry) =>
        Documents.Parse(entry.Value, StoreJson.Default.ApprovalDocument) is { Id: { } id, Candidate: { } candidate } document
            && Enum.TryParse<ApprovalState>(document.State, ignoreCase: true, out var state)
            ? new()
            {
                Id = id,
                State = state,
                LostTerm = new Term(document.LostTerm),
                Former = document.Former is { } former ? new MemberName(former) : null,
                Reason = document.Reason ?? "",
                Candidate = new MemberName(candidate),
                Choice = document.Choice ?? "",
                RunnersUp = [.. (document.RunnersUp ?? []).Select(other => new RunnerUp(new MemberName(other.Name), other.Why))],
                LagBytes = document.LagBytes,
                Lag = document.LagSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                WorstLoss = document.WorstLoss ?? "",
                AskedAt = document.AskedAt,
                ExpiresAt = document.ExpiresAt,
                ApproversNeeded = Math.Max(1, document.ApproversNeeded),
                Escalation = document.Escalation,
                Votes = [.. (document.Votes ?? []).Select(vote => new ApprovalVote(vote.By ?? "", vote.Approves, vote.At, vote.Via ?? "", vote.Comment))],
                Outcome = document.Outcome,
                LinkKey = IsKey(document.LinkKey) ? new(document.LinkKey!) : null,
                Revision = entry.Modified,
            }
            : null;

    public static string ToText(ApprovalRequest request) => JsonSerializer.Serialize(ToDocument(request), StoreJson.Default.ApprovalDocument);

    public static ApprovalDocument ToDocument(ApprovalRequest request) => new()
    {
        Id = request.Id,
        State = request.State.ToString().ToLowerInvariant(),
        LostTerm = request.LostTerm.Number,
        Former = request.Former?.Text,
        Reason = request.Reason,
        Candidate = request.Candidate.Text,
        Choice = request.Choice,
        RunnersUp = [.. request.RunnersUp.Select(other => new RunnerUpDocument(other.Name.Text, other.Why))],
        LagBytes = request.LagBytes,
        LagSeconds = request.Lag is { } lag ? Math.Round(lag.TotalSeconds, 3) : null,
        WorstLoss = request.WorstLoss,
        AskedAt = request.AskedAt,
        ExpiresAt = request.ExpiresAt,
        ApproversNeeded = request.ApproversNeeded,
        Escalation = request.Escalation,
        Votes = [.. request.Votes.Select(vote => new ApprovalVoteDocument { By = vote.By, Approves = vote.IsApproval, At = vote.At, Via = vote.Via, Comment = vote.Comment })],
        Outcome = request.Outcome,
        LinkKey = request.LinkKey?.Text,
    };

    private static bool IsKey(string? text)
    {
        Span<byte> key = stackalloc byte[LinkKey.Length];
        return text is not null && Convert.TryFromBase64String(text, key, out var length) && length == LinkKey.Length;
    }
}
