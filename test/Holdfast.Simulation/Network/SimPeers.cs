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

    public Task<string?> ConfirmAsync(string apiUrl, LeaderClaim claim, CancellationToken cancellationToken) =>
        sabotage == Sabotage.MembersAreNotAsked
            ? Task.FromResult<string?>(null)
            : AskAsync<string?>(apiUrl, control => WordAsync(control, claim), "no answer came in time", cancellationToken);

    public Task<LastWord> AskLastWordAsync(string apiUrl, CancellationToken cancellationToken) =>
        sabotage == Sabotage.MembersAreNotAsked
            ? Task.FromResult<LastWord>(new LastWord.ServesNot())
            : AskAsync(apiUrl, control => Task.FromResult(LastWordOf(control)), new LastWord.Unknown(), cancellationToken);

    private static async Task<string?> WordAsync(IMemberControl control, LeaderClaim claim)
    {
        var word = await control.ConfirmLeaderAsync(claim, CancellationToken.None);
        return word.Outcome == ControlOutcome.Done ? null : word.Words;
    }

    private LastWord LastWordOf(IMemberControl control)
    {
        var now = parts.Scheduler.Now;
        return control.View is { } view && (view with { Now = now }).ServesUntil is { } until ? new LastWord.Serves(until - now) : new LastWord.ServesNot();
    }

    private async Task<T> AskAsync<T>(string apiUrl, Func<IMemberControl, Task<T>> question, T silence, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>();
        await using var given = cancellationToken.Register(() => answer.TrySetResult(silence));
        if (hostAt(apiUrl) is { } other)
        {
            Travel(self, other, () => Arrive(other, question, answer));
        }

        return await answer.Task;
    }

    private void Arrive<T>(SimHost other, Func<IMemberControl, Task<T>> question, TaskCompletionSource<T> answer)
    {
        if (other.Agent is { } agent)
        {
            parts.Scheduler.Post(new Work(other.Process, () => _ = AnswerAsync(agent.Control, other, question, answer)));
        }
    }

    private async Task AnswerAsync<T>(IMemberControl control, SimHost other, Func<IMemberControl, Task<T>> question, TaskCompletionSource<T> answer)
    {
        var word = await question(control);
        Travel(other, self, () => parts.Scheduler.Post(new Work(own, () => answer.TrySetResult(word))));
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
