import { isLeader, type Overview } from '../wire';

/** One member's figure at one moment; null when it was not known. */
export interface Sample {
  atMs: number;
  value: number | null;
}

export type Samples = ReadonlyMap<string, readonly Sample[]>;

/** What the page remembers while it is open. */
export interface Histories {
  lag: Samples;
  /** In seconds: the middle one of some seconds' writes, and the one that took longest. */
  median: Samples;
  slowest: Samples;
}

export const noHistories: Histories = { lag: new Map(), median: new Map(), slowest: new Map() };

export const keptMs = 10 * 60_000;

/** Adds what an overview says of every member, and forgets what is too old. */
export function withOverview(histories: Histories, overview: Overview, atMs: number): Histories {
  const followers = overview.cluster.members.filter((member) => !isLeader(member));
  return {
    lag: withSample(histories.lag, followers.map((member) => [member.name, member.group_backlog ?? (typeof member.lag === 'number' ? member.lag : null)]), atMs),
    median: withSample(histories.median, overview.probes.map((probe) => [probe.member, isServed(probe) ? probe.write_median_seconds ?? null : null]), atMs),
    slowest: withSample(histories.slowest, overview.probes.map((probe) => [probe.member, isServed(probe) ? probe.write_slowest_seconds ?? null : null]), atMs),
  };
}

const isServed = (probe: Overview['probes'][number]): boolean => probe.last_outage?.is_over !== false;

/** Of whom nothing is said any more nothing is known from then on. */
export function withSample(samples: Samples, said: readonly (readonly [name: string, value: number | null])[], atMs: number): Samples {
  const values = new Map(said);
  const next = new Map<string, readonly Sample[]>();
  for (const name of new Set([...samples.keys(), ...values.keys()])) {
    const kept = (samples.get(name) ?? []).filter((sample) => sample.atMs > atMs - keptMs);
    const value = values.get(name) ?? null;
    const isNews = values.has(name) || (kept.at(-1)?.value ?? null) !== null;
    if (isNews || kept.length > 0) {
      next.set(name, isNews ? [...kept, { atMs, value }] : kept);
    }
  }
  return next;
}

/** Lines for a drawing of the given size; a moment at which nothing was known is a gap. */
export function lines(samples: readonly Sample[], nowMs: number, valueMax: number, width: number, height: number): string[] {
  const drawn: string[][] = [[]];
  for (const { atMs, value } of samples) {
    if (value === null) {
      drawn.push([]);
    } else {
      const y = height * (1 - value / valueMax);
      drawn.at(-1)!.push(`${placeOf(atMs, nowMs, width).toFixed(1)},${y.toFixed(1)}`);
    }
  }
  return drawn.filter((points) => points.length > 0).map((points) => points.join(' '));
}

/** Where a moment is in a drawing that ends now. */
export const placeOf = (atMs: number, nowMs: number, width: number): number => width * (1 - (nowMs - atMs) / keptMs);

export const most = (samples: readonly Sample[]): number => Math.max(0, ...samples.map((sample) => sample.value ?? 0));
