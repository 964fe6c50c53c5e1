using Holdfast.Api.Contracts;
using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Api.Status;

/// <summary>Says what Patroni has no words for: terms, fences, jobs and decisions.</summary>
internal static class HoldfastStatusBuilder
{
    public static HoldfastStatus Build(MemberSnapshot snapshot, RestApiOptions options, IMemberControl control)
    {
        var view = snapshot.View;
        var store = view?.Store;
        return new()
        {
            Scope = options.Scope,
            Name = options.Name,
            Version = options.Version,
            Role = PatroniWords.Role(snapshot),
            State = PatroniWords.State(snapshot),
            Leader = store?.Lease?.Holder.Text,
            Term = store?.Lease?.Term.Number,
            HoldsLease = snapshot.HoldsLease,
            FenceInMs = snapshot.ServesUntil is { } until ? (long)(until - snapshot.Now).TotalMilliseconds : null,
            Fences = control.Fences,
            Pause = snapshot.Policy.IsPaused,
            Store = new()
            {
                IsKnown = store is { IsKnown: true },
                AgeMs = store is { IsKnown: true } ? (long)(snapshot.Now - store.ConfirmedAt).TotalMilliseconds : 0,
                Revision = store?.Revision.Number ?? 0,
            },
            Job = view?.Database.Job is { } job ? new() { Kind = Word(job.Kind), State = Word(job.State), Progress = job.Progress } : null,
            Disk = view?.Database.Disk is { } disk ? new() { FreeBytes = disk.FreeBytes, TotalBytes = disk.TotalBytes, DataBytes = disk.DataBytes } : null,
            SynchronousStandbys = snapshot.Policy.SynchronousMode == SynchronousMode.Off || store is null ? null : [.. store.Sync.Standbys.Select(name => name.Text)],
            Trouble = view?.Database.Trouble,
            Probe = ProbeStatusBuilder.Build(control.Probe, snapshot.UtcNow),
            Decision = control.Decisions is { IsDefaultOrEmpty: false } decisions ? Entry(decisions[^1]) : null,
            Warnings = options.Warnings,
        };
    }

    public static DecisionList Decisions(RestApiOptions options, IMemberControl control) => new()
    {
        Scope = options.Scope,
        Name = options.Name,
        Decisions = control.Decisions.IsDefaultOrEmpty ? [] : [.. control.Decisions.Select(Entry)],
    };

    private static DecisionEntry Entry(DecisionRecord record) => new()
    {
        At = PatroniWords.IsoTime(record.At),
        Concern = record.Concern,
        Rule = record.Rule,
        Reason = record.Reason,
        Actions = record.Actions,
        Inputs = record.Inputs,
        Repeats = record.Repeats,
    };

    private static string Word<T>(T value)
        where T : struct, Enum =>
        value.ToString().ToLowerInvariant();
}
