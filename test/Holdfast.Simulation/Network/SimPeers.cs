using Holdfast.Model;
using Holdfast.Ports.Control;
using Holdfast.Ports.Peers;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Network;

/// <summary>The other members, past the store: a request and an answer that may each be lost.</summary>
internal sealed class SimPeers(SimHost self, Func<string, SimHost?> hostAt, SimParts parts, SimProcess own, Sabotage sabotage) : IMemberPeers
{
    public Task<PeerPresence> LookForAsync(string apiUrl, MemberName name, CancellationToken cancellationToken) =>
        Task.FromResult(PeerPresence.Absent);

    public async Task<string?> ConfirmAsync(string apiUrl, LeaderClaim claim, CancellationToken cancellationToken)
    {
        if (sabotage == Sabotage.MembersAreNotAsked)
        {
            return null;
        }

        var answer = new TaskCompletionSource<string?>();
        await using var given = cancellationToken.Register(() => answer.TrySetResult("no answer came in time"));
        if (hostAt(apiUrl) is { } other)
        {
            Travel(self, other, () => Ask(other, claim, answer));
        }

        return await answer.Task;
    }

    private void Ask(SimHost other, LeaderClaim claim, TaskCompletionSource<string?> answer)
    {
        if (other.Agent is not { } agent)
        {
            return;
        }

        var process = other.Process;
        parts.Scheduler.Post(new Work(process, () => _ = AnswerAsync(agent.Control, other, claim, answer)));
    }

    private async Task AnswerAsync(IMemberControl control, SimHost other, LeaderClaim claim, TaskCompletionSource<string?> answer)
    {
        var word = await control.ConfirmLeaderAsync(claim, CancellationToken.None);
        Travel(other, self, () => parts.Scheduler.Post(new Work(own, () => answer.TrySetResult(word.Outcome == ControlOutcome.Done ? null : word.Words))));
    }

    private void Travel(SimHost from, SimHost to, Action arrive)
    {
        if (parts.Network.Reaches(from.Server.Place, to.Server.Place))
        {
            parts.Scheduler.At(parts.Scheduler.Now + parts.Network.Latency(), new Work(null, () =>
            {
                if (parts.Network.Reaches(from.Server.Place, to.Server.Place))
                {
                    arrive();
                }
            }));
        }
    }
}
