import { expect, test } from 'vitest';
import { bodyOf, perform } from '../src/acting/act';
import { acknowledge, coveredBy, endSilence, silence, silenceAnything } from '../src/acting/alertActs';
import type { Alert, Silence } from '../src/wire';

const alert: Alert = { id: 'StandbyNotConnected/b', name: 'StandbyNotConnected', subject: 'b', severity: 'critical', state: 'firing', summary: '', since: '' };
const held: Silence = { id: '20260102/1', member: 'b', ends_at: '', by: 'anna', comment: '' };

test('an alert is acknowledged by its id, with the comment', () => {
  expect(bodyOf(acknowledge(alert), [], 'on my way')).toEqual({ alert: 'StandbyNotConnected/b', comment: 'on my way' });
});

test('a silence covers the alert that was shown, its rule or its member, for the time that was chosen', () => {
  const act = silence(alert);
  expect(bodyOf(act, [0, 0], '')).toEqual({ rule: 'StandbyNotConnected', member: 'b', for: '1h' });
  expect(bodyOf(act, [1, 1], 'a new disk')).toEqual({ rule: 'StandbyNotConnected', for: '15min', comment: 'a new disk' });
  expect(bodyOf(act, [2, 6], '')).toEqual({ member: 'b', for: '30d' });
});

test('an alert of the cluster can be silenced by its rule alone', () => {
  expect(silence({ ...alert, subject: '' }).choices![0]!.options.map((option) => option.body)).toEqual([{ rule: 'StandbyNotConnected' }]);
});

test('ahead of planned work a member is silenced, or everything', () => {
  expect(silenceAnything(['a', 'b']).choices![0]!.options.map((option) => option.body)).toEqual([{ member: 'a' }, { member: 'b' }, { all: true }]);
});

test('a silence is ended at its own address', () => {
  expect(endSilence(held)).toMatchObject({ method: 'DELETE', path: 'holdfast/v1/alerts/silences/20260102%2F1', title: 'End the silence of everything about b?' });
  const { member: _, ...all } = held;
  expect([{ ...all, rule: 'X' }, { ...held, rule: 'X' }, all].map(coveredBy)).toEqual(['X on any member', 'X on b', 'everything in this cluster']);
});

test('that the store does not answer is said in the agent’s words', async () => {
  const before = globalThis.fetch;
  globalThis.fetch = async () => new Response('the store does not answer', { status: 503 });
  expect(await perform('http://own/', acknowledge(alert), {}, null)).toEqual({ isDone: false, mustSignIn: false, words: 'the store does not answer' });
  globalThis.fetch = before;
});
