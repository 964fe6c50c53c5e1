import type { ClusterSummary, Level } from '../wire';

export type Order = 'worst' | 'name' | 'lag';

const levels: Level[] = ['trouble', 'attention', 'well'];
const severities = ['critical', 'warning', 'info'];

/** Those that say every word that is looked for, in the order that is asked for. */
export function shown(clusters: readonly ClusterSummary[], looked: string, order: Order): ClusterSummary[] {
  const words = looked.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const found = clusters.filter((cluster) => {
    const text = textOf(cluster);
    return words.every((word) => text.includes(word));
  });
  return found.sort(orders[order]);
}

export const count = (clusters: readonly ClusterSummary[], level: Level): number => clusters.filter((cluster) => cluster.verdict.level === level).length;

export const worstOf = (clusters: readonly ClusterSummary[]): Level => levels.find((level) => count(clusters, level) > 0) ?? 'well';

const texts = new WeakMap<ClusterSummary, string>();

function textOf(cluster: ClusterSummary): string {
  const known = texts.get(cluster);
  if (known !== undefined) {
    return known;
  }
  const { scope, verdict, engine, leader, lost, awaits_approval: asks, worst_alert: alert } = cluster;
  const text = [scope, verdict.level, verdict.sentence, engine, leader, ...lost, asks === undefined ? '' : 'approval', alert, cluster.pause ? 'paused' : ''].join(' ').toLowerCase();
  texts.set(cluster, text);
  return text;
}

const byName = (one: ClusterSummary, other: ClusterSummary): number => one.scope.localeCompare(other.scope);
const lagOf = (cluster: ClusterSummary): number => Math.max(cluster.worst_lag_bytes ?? 0, cluster.worst_backlog ?? 0);
const rank = (cluster: ClusterSummary): number[] => [
  levels.indexOf(cluster.verdict.level),
  cluster.awaits_approval === undefined ? 1 : 0,
  cluster.worst_alert === undefined ? severities.length : severities.indexOf(cluster.worst_alert),
  -cluster.lost.length,
  // A lag that comes and goes by some bytes moves no cluster under the reader's eyes.
  -Math.floor(Math.log10(1 + lagOf(cluster)) / 3),
];

function byRank(one: ClusterSummary, other: ClusterSummary): number {
  const [left, right] = [rank(one), rank(other)];
  const differing = left.findIndex((place, index) => place !== right[index]);
  return differing < 0 ? byName(one, other) : left[differing]! - right[differing]!;
}

const orders: Record<Order, (one: ClusterSummary, other: ClusterSummary) => number> = {
  worst: byRank,
  name: byName,
  lag: (one, other) => lagOf(other) - lagOf(one) || byName(one, other),
};
