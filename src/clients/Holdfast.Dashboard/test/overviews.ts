import type { Member, Overview } from '../src/wire';

export const follower = (name: string, change: Partial<Member> = {}): Member =>
  ({ name, role: 'replica', state: 'streaming', api_url: `http://10.0.0.1:8008/patroni`, timeline: 2, lag: 0, ...change });

/** A healthy cluster: a leads, b and c stream from it. */
export const healthy = (change: Partial<Overview> = {}): Overview => ({
  at: '2026-01-02T03:04:05Z',
  verdict: { level: 'well', sentence: 'a leads. b and c follow.' },
  sign_in: 'name',
  cluster: {
    scope: 'demo',
    members: [follower('a', { role: 'leader', state: 'running', api_url: 'http://10.0.0.9:8008/patroni' }), follower('b', { role: 'sync_standby' }), follower('c')],
  },
  missing: [],
  approvals: { strategy: 'automatic', approvals: [] },
  alerts: [],
  silences: [],
  probes: [],
  status: { name: 'a', version: '1', role: 'primary', state: 'running', leader: 'a', term: 4, holds_lease: true, fences: {}, pause: false, store: { is_known: true }, warnings: [] },
  decisions: [],
  ...change,
});
