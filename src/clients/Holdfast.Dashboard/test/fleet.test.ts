import { expect, test } from 'vitest';
import { shown, worstOf } from '../src/fleet/fleet';
import { routeOf } from '../src/route';
import type { ClusterSummary } from '../src/wire';

const cluster = (scope: string, change: Partial<ClusterSummary> = {}): ClusterSummary =>
  ({ scope, verdict: { level: 'well', sentence: 'a leads. b follows.' }, engine: 'postgresql', leader: 'a', members: 2, lost: [], alerts: 0, ...change });

const attention = { verdict: { level: 'attention' as const, sentence: 'a leads. c is lost.' } };
const trouble = { verdict: { level: 'trouble' as const, sentence: 'Nobody leads.' } };
const names = (clusters: readonly ClusterSummary[], looked = '', order: 'worst' | 'name' | 'lag' = 'worst'): string[] => shown(clusters, looked, order).map(({ scope }) => scope);

test('the worst come first: trouble, and in it whoever waits for a person, before alerts, losses and lag', () => {
  expect(names([
    cluster('well'),
    cluster('behind', { worst_lag_bytes: 5_000_000 }),
    cluster('weak', attention),
    cluster('alarmed', { ...attention, alerts: 1, worst_alert: 'critical' }),
    cluster('down', trouble),
    cluster('asks', { ...trouble, awaits_approval: 'b' }),
  ])).toEqual(['asks', 'down', 'alarmed', 'weak', 'behind', 'well']);
});

test('a lag of some bytes moves nobody', () => {
  expect(names([cluster('b', { worst_lag_bytes: 0 }), cluster('a', { worst_lag_bytes: 300 }), cluster('c', { worst_lag_bytes: 700 })])).toEqual(['a', 'b', 'c']);
});

test('a search finds what says all of its words, whatever their case', () => {
  const clusters = [cluster('shop-1'), cluster('shop-2', { engine: 'mysql' }), cluster('bank', { ...attention, lost: ['c'] })];
  expect(names(clusters, 'SHOP mysql')).toEqual(['shop-2']);
  expect(names(clusters, 'is lost')).toEqual(['bank']);
  expect(names(clusters, 'nothing of that')).toEqual([]);
});

test('the order can be that of the names, or of the lag', () => {
  const clusters = [cluster('b', { worst_lag_bytes: 9 }), cluster('a', trouble), cluster('c', { worst_backlog: 12 })];
  expect(names(clusters, '', 'name')).toEqual(['a', 'b', 'c']);
  expect(names(clusters, '', 'lag')).toEqual(['c', 'b', 'a']);
});

test('the tab’s sign is that of the worst cluster', () => {
  expect([worstOf([]), worstOf([cluster('a')]), worstOf([cluster('a'), cluster('b', attention)])]).toEqual(['well', 'well', 'attention']);
});

test('an address that names no page is the cluster’s', () => {
  expect(['', '#/', '#/clusters', '#/clusters/', '#nonsense'].map(routeOf)).toEqual(['cluster', 'cluster', 'clusters', 'clusters', 'cluster']);
});
