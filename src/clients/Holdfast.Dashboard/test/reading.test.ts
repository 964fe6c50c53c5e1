import { afterEach, expect, test, vi } from 'vitest';
import { inOrder } from '../src/audit/audit';
import { read, readAs, whenRefused, type Refusal } from '../src/stream/reading';

afterEach(() => {
  readAs(null);
  vi.unstubAllGlobals();
});

test('every read says who reads, and who is refused is told so until somebody is answered', async () => {
  const answers = [new Response('no auth header received', { status: 401 }), new Response('vera has no role', { status: 403 }), new Response('{}')];
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => answers.shift()!);
  vi.stubGlobal('fetch', fetched);
  const told: Refusal[] = [];
  whenRefused((refusal) => told.push(refusal));

  await read('http://own/cluster');
  readAs({ by: 'token', token: 'hft_1_2' });
  await read('http://own/cluster', { headers: { 'If-None-Match': '"1"' } });
  await read('http://own/cluster');

  expect(told).toEqual([{ words: '' }, { words: 'vera has no role' }, null]);
  expect(fetched.mock.calls[0]![1].headers).toEqual({});
  expect(fetched.mock.calls[1]![1].headers).toEqual({ 'If-None-Match': '"1"', Authorization: 'Bearer hft_1_2' });
  expect(fetched.mock.calls.every(([, init]) => init.credentials === 'omit')).toBe(true);
});

test('what was refused stands between what was done, by time', () => {
  const entry = (number: number, at: string) => ({ number, at, kind: 'operation', who: 'olga', what: `${number}` });
  const trail = { entries: [entry(1, '2026-01-01T00:00:00Z'), entry(2, '2026-01-03T00:00:00Z')], attempts: [entry(9, '2026-01-02T00:00:00Z')] };
  expect(inOrder(trail).map((one) => one.number)).toEqual([1, 9, 2]);
});
