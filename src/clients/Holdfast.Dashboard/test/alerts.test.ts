import { expect, test } from 'vitest';
import { answerOf, figureOf, linkOf } from '../src/alerts/alerts';
import type { Alert } from '../src/wire';

const alert = (change: Partial<Alert>): Alert =>
  ({ id: 'ReplicationLag/b', name: 'ReplicationLag', subject: 'b', severity: 'warning', state: 'firing', summary: '', since: '', when: 'replication_lag_seconds > 60', ...change });

test('the figure is said beside its limit, where this agent sees it', () => {
  expect(figureOf(alert({ value: 71.5 }))).toBe('replication lag seconds is 71.5, fires at > 60');
  expect(figureOf(alert({}))).toBe('replication lag seconds > 60');
});

test('a limit in days has its figure in days', () => {
  expect(figureOf(alert({ when: 'certificate_left_seconds < 14d', value: 1_000_000 }))).toBe('certificate left seconds is 11.6d, fires at < 14d');
});

test('a figure that can only be its limit says nothing', () => {
  expect(figureOf(alert({ when: 'approval_waiting == 1', value: 1 }))).toBe('');
});

test('an alert whose rule is gone says no limit', () => {
  const { when: _, ...gone } = alert({});
  expect(figureOf(gone)).toBe('');
});

test('only an address of the web becomes a link', () => {
  expect(['https://wiki.example/lag', 'javascript:alert(1)', 'lag.md', undefined].map(linkOf)).toEqual(['https://wiki.example/lag', null, null, null]);
});

test('what people have said of an alert stands beside it', () => {
  expect(answerOf(alert({}))).toBe('');
  expect(answerOf(alert({ state: 'silenced' }))).toBe('silenced, so nobody is told');
  expect(answerOf(alert({ state: 'silenced', acknowledged_by: 'olga' }))).toBe('silenced, so nobody is told; olga has it in hand');
  expect(answerOf(alert({ state: 'acknowledged', acknowledged_by: 'olga', acknowledged_comment: 'on my way' }))).toBe('olga has it in hand: on my way');
});
