using System.Collections.Immutable;

namespace Holdfast.Stores.Raft.Consensus;

/// <summary>Who belongs to the cluster: voters make majorities, learners only receive.</summary>
internal sealed record Configuration(ImmutableArray<string> Voters, ImmutableArray<string> Learners)
{
    public static readonly Configuration Empty = new([], []);

    public int Majority => (Voters.Length / 2) + 1;

    public IEnumerable<string> Members => Voters.Concat(Learners);

    public bool IsVoter(string node) => Voters.Contains(node, StringComparer.Ordinal);

    public bool IsLearner(string node) => Learners.Contains(node, StringComparer.Ordinal);

    public bool IsMember(string node) => IsVoter(node) || IsLearner(node);

    public Configuration WithLearner(string node) => this with { Learners = Learners.Add(node) };

    public Configuration WithVoter(string node) =>
        new(Voters.Add(node), Learners.Remove(node, StringComparer.Ordinal));

    public Configuration Without(string node) =>
        new(Voters.Remove(node, StringComparer.Ordinal), Learners.Remove(node, StringComparer.Ordinal));

    public override string ToString() =>
        Learners.IsEmpty ? string.Join(", ", Voters) : $"{string.Join(", ", Voters)} (learning: {string.Join(", ", Learners)})";
}
