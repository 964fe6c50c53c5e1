import { afterEach, expect, test, vi } from 'vitest';
import { bodyOf, perform, type Act } from '../src/acting/act';
import { approve, pause, resume } from '../src/acting/acts';
import { healthy } from './overviews';

const request = { id: '4-1', state: 'pending' as const, term: 4, former: 'a', reason: '', candidate: 'b', choice: '', runners_up: [], worst_loss: 'nothing', asked_at: '', approvers_needed: 1, escalation: 0, votes: [] };

afterEach(() => vi.unstubAllGlobals());

function answers(status: number, words: string): { sent: () => [string, RequestInit] } {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => new Response(words, { status }));
  vi.stubGlobal('fetch', fetched);
  return { sent: () => fetched.mock.calls[0]! };
}

test('an approval goes to the request that was shown, with the comment and the credentials, and without cookies', async () => {
  const agent = answers(200, 'request 4-1 is approved: b leads now');
  const answer = await perform('http://own/', approve(request), bodyOf(approve(request), [], 'its host is gone'), { by: 'password', name: 'anna', password: 'x' });
  expect(answer).toEqual({ isDone: true, mustSignIn: false, words: 'request 4-1 is approved: b leads now' });
  const [url, init] = agent.sent();
  expect(url).toBe('http://own/holdfast/v1/approvals/4-1/approve');
  expect(init).toMatchObject({ method: 'POST', credentials: 'omit', body: '{"comment":"its host is gone"}', headers: { Authorization: 'Basic YW5uYTp4', 'Holdfast-Via': 'dashboard' } });
});

test('a wrong password is asked for again', async () => {
  answers(401, 'not authenticated');
  expect(await perform('http://own/', pause(healthy().cluster), {}, { by: 'password', name: 'anna', password: 'y' })).toMatchObject({ isDone: false, mustSignIn: true });
});

test('why a token is not accepted is said in the agent’s words', async () => {
  answers(401, 'the token is not known, has expired or was revoked');
  expect(await perform('http://own/', pause(healthy().cluster), {}, { by: 'token', token: 'old' })).toEqual({ isDone: false, mustSignIn: true, words: 'the token is not known, has expired or was revoked' });
});

test('a refusal is shown in the agent’s words', async () => {
  answers(409, 'request 4-1 is done already');
  expect(await perform('http://own/', approve(request), {}, null)).toEqual({ isDone: false, mustSignIn: false, words: 'request 4-1 is done already' });
});

test('that somebody’s role is too low is said in the agent’s words, and does not ask who they are again', async () => {
  answers(403, 'viewers may not approve');
  expect(await perform('http://own/', approve(request), {}, { by: 'token', token: 'v' })).toEqual({ isDone: false, mustSignIn: false, words: 'viewers may not approve' });
});

test('of a problem document a person reads what it says', async () => {
  answers(409, '{"type":"urn:x","title":"Conflict","status":409,"detail":"somebody was faster"}');
  expect((await perform('http://own/', approve(request), {}, null)).words).toBe('somebody was faster');
});

test('an answer that was lost is neither success nor failure', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('network')));
  expect((await perform('http://own/', approve(request), {}, null)).words).toContain('not known whether');
});

test('pausing sets what resuming removes', () => {
  const bodies = [pause, resume].map((make: (cluster: ReturnType<typeof healthy>['cluster']) => Act) => make(healthy().cluster).body);
  expect(bodies).toEqual([{ pause: true }, { pause: null }]);
});
