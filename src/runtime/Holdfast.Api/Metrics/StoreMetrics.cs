using System.Collections.Immutable;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Status;
using Holdfast.Ports.Control;

namespace Holdfast.Api.Metrics;

/// <summary>How the store serves this member.</summary>
internal static class StoreMetrics
{
    public static void Write(MetricList list, MemberSnapshot snapshot, ImmutableArray<StoreCallFigures> calls)
    {
        var store = snapshot.View?.Store;
        MetricSample[] Each(Func<StoreCallFigures, double> value) => [.. calls.Select(call => new MetricSample("operation", call.Operation, value(call)))];
        list.Gauge("holdfast_store_reachable", "Value is 1 if the store's content was known to be current within the time to live, 0 otherwise.", !snapshot.StoreIsAway);
        list.Gauge("holdfast_store_age_seconds", "Time since the store's content was last known to be current, -1 if never.", store is { IsKnown: true } ? (snapshot.Now - store.ConfirmedAt).TotalSeconds : -1);
        list.Gauge("holdfast_store_revision", "Last seen revision of the store.", store?.Revision.Number ?? 0);
        list.Gauge("holdfast_store_answered", "Value is 1 if the last call of this kind had an answer, 0 otherwise.", Each(call => call.IsAnswered ? 1 : 0));
        list.Gauge("holdfast_store_last_request_seconds", "How long the last call of this kind took.", Each(call => call.Last.TotalSeconds));
        list.Counter("holdfast_store_request_seconds_total", "How long all calls of this kind took.", Each(call => call.Total.TotalSeconds));
        list.Counter("holdfast_store_requests_total", "Calls of this kind that have ended.", Each(call => call.Calls));
        list.Counter("holdfast_store_failures_total", "Calls of this kind that had no answer in time.", Each(call => call.Failures));
    }
}
