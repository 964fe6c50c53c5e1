using System.Collections.Immutable;
using Holdfast.Decisions;
using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Agent.Control;

/// <summary>The last decisions, for those who ask why. A decision that repeats itself is counted, not listed again.</summary>
internal sealed class DecisionLog(int limit)
{
    private readonly Lock gate = new();
    private readonly LinkedList<DecisionRecord> records = [];
    private readonly Dictionary<string, LinkedListNode<DecisionRecord>> latest = [];
    private readonly Dictionary<(string Concern, Rule Rule), long> counts = [];

    public ImmutableArray<DecisionRecord> Records
    {
        get
        {
            lock (gate)
            {
                return [.. records];
            }
        }
    }

    /// <summary>How often each rule came to decide after another one.</summary>
    public ImmutableArray<RuleFigures> Counts
    {
        get
        {
            lock (gate)
            {
                return [.. counts.Select(count => new RuleFigures(count.Key.Concern, count.Key.Rule.ToString(), count.Value))];
            }
        }
    }

    public void Record(ClusterView view, string concern, Decision decision)
    {
        lock (gate)
        {
            if (latest.TryGetValue(concern, out var last) && last.Value.Rule == decision.Rule.ToString())
            {
                last.Value = last.Value with { Reason = decision.Reason, Repeats = last.Value.Repeats + 1 };
                return;
            }

            counts[(concern, decision.Rule)] = counts.GetValueOrDefault((concern, decision.Rule)) + 1;
            latest[concern] = records.AddLast(new DecisionRecord(
                view.UtcNow,
                concern,
                decision.Rule.ToString(),
                decision.Reason,
                [.. decision.Actions.Select(action => action.ToString())],
                Inputs(view),
                1));
            while (records.Count > limit)
            {
                records.RemoveFirst();
            }
        }
    }

    private static string Inputs(ClusterView view) =>
        $"term {view.Store.Lease?.Term.ToString() ?? "none"}, leader {view.Store.Lease?.Holder.Text ?? "nobody"}, "
        + $"database {view.Database.Process} {view.Database.Role} on timeline {view.Database.Timeline?.ToString() ?? "?"} at {view.Database.Position}, "
        + $"lease {(view.SelfHoldsLiveLease ? $"held for {(view.Session.FenceAt - view.Now).TotalSeconds:0.0} s more" : "not held")}, "
        + $"sync {view.Store.Sync.Leader?.Text ?? "-"}[{string.Join(',', view.Store.Sync.Standbys)}], "
        + $"members {string.Join(' ', view.Store.Members.Select(report => $"{report.Name}={report.State}"))}";
}
