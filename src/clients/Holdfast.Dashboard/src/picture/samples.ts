import { isLeader, type Overview } from '../wire';

/** How far one member was behind at one moment; null when that was not known. */
export interface Sample {
  atMs: number;
  value: number | null;
}

export type Samples = ReadonlyMap<string, readonly Sample[]>;

export const keptMs = 10 * 60_000;

/** Adds what an overview says of every follower, and forgets what is too old. */
export function withSample(samples: Samples, overview: Overview, atMs: number): Samples {
  const next = new Map<string, readonly Sample[]>();
  for (const member of overview.cluster.members.filter((member) => !isLeader(member))) {
    const value = member.group_backlog ?? (typeof member.lag === 'number' ? member.lag : null);
    next.set(member.name, [...(samples.get(member.name) ?? []), { atMs, value }]);
  }
  for (const [name, kept] of samples) {
    if (!next.has(name)) {
      next.set(name, kept);
    }
  }
  return new Map([...next].map(([name, kept]) => [name, kept.filter((sample) => sample.atMs > atMs - keptMs)] as const).filter(([, kept]) => kept.length > 0));
}

/** Lines for a drawing of the given size; a moment at which nothing was known is a gap. */
export function lines(samples: readonly Sample[], nowMs: number, valueMax: number, width: number, height: number): string[] {
  const drawn: string[][] = [[]];
  for (const { atMs, value } of samples) {
    if (value === null) {
      drawn.push([]);
    } else {
      const x = width * (1 - (nowMs - atMs) / keptMs);
      const y = height * (1 - value / Math.max(1, valueMax));
      drawn.at(-1)!.push(`${x.toFixed(1)},${y.toFixed(1)}`);
    }
  }
  return drawn.filter((points) => points.length > 0).map((points) => points.join(' '));
}
