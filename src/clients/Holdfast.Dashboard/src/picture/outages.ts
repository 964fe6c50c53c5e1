import type { Overview } from '../wire';
import { keptMs } from './samples';

/** A stretch of time in which clients of a member's router were not served, by the agents' clocks. */
export interface Outage {
  sinceMs: number;
  /** Null while it goes on. */
  untilMs: number | null;
}

export type Outages = ReadonlyMap<string, readonly Outage[]>;

/** How many are kept of one member. */
export const outagesMax = 60;

/** Adds what an overview says of outages, and forgets those that ended too long ago. An outage goes on no longer than somebody says so. */
export function withOutages(outages: Outages, overview: Overview): Outages {
  const nowMs = Date.parse(overview.at);
  const next = new Map<string, readonly Outage[]>();
  for (const member of new Set([...outages.keys(), ...overview.probes.map((probe) => probe.member)])) {
    const last = overview.probes.find((probe) => probe.member === member)?.last_outage;
    const sinceMs = Date.parse(last?.since ?? '');
    const told = last === undefined ? [] : [{ sinceMs, untilMs: last.is_over ? sinceMs + last.seconds * 1000 : null }];
    const before = (outages.get(member) ?? []).filter((outage) => outage.sinceMs !== sinceMs).map((outage) => ({ ...outage, untilMs: outage.untilMs ?? nowMs }));
    const kept = [...before, ...told].filter(({ untilMs }) => untilMs === null || untilMs > nowMs - keptMs).slice(-outagesMax);
    if (kept.length > 0) {
      next.set(member, kept);
    }
  }
  return next;
}
