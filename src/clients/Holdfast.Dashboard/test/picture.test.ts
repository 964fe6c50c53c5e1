import { expect, test } from 'vitest';
import { withOutages } from '../src/picture/outages';
import { keptMs, lines, noHistories, withOverview, withSample } from '../src/picture/samples';
import { treeOf } from '../src/picture/tree';
import { follower, healthy } from './overviews';

const drawn = (overview = healthy()): string[] => treeOf(overview).places.map((place) => `${place.name}@${place.column},${place.row}`);

test('the leader is first and its replicas are in the next column', () => {
  expect(drawn()).toEqual(['a@0,0', 'b@1,0', 'c@1,1']);
});

test('a replica of a replica hangs on that one', () => {
  const overview = healthy();
  overview.cluster.members[2]!.tags = { replicatefrom: 'b' };
  expect(drawn(overview)).toEqual(['a@0,0', 'b@1,0', 'c@2,0']);
});

test('two replicas that are tagged with each other are drawn once each', () => {
  const overview = healthy();
  overview.cluster.members[1]!.tags = { replicatefrom: 'c' };
  overview.cluster.members[2]!.tags = { replicatefrom: 'b' };
  expect(drawn(overview).map((place) => place[0]).sort()).toEqual(['a', 'b', 'c']);
});

test('a lost leader whose replacement is asked about is drawn though no key speaks of it', () => {
  const request = { id: '4-1', state: 'pending' as const, term: 4, former: 'a', reason: '', candidate: 'b', choice: '', runners_up: [], worst_loss: '', asked_at: '', approvers_needed: 1, escalation: 0, votes: [] };
  const overview = healthy({ approvals: { strategy: 'hybrid', approvals: [request] } });
  overview.cluster.members = [follower('b'), follower('c')];
  expect(treeOf(overview).places.filter((place) => place.member === null).map((place) => place.name)).toEqual(['a']);
});

test('the label of a stream says how far it is behind, or that it does not flow', () => {
  const overview = healthy();
  overview.cluster.members[1]!.lag = 2_500_000;
  overview.cluster.members[2]!.state = 'stopped';
  expect(treeOf(overview).streams.map((stream) => stream.label)).toEqual(['2.5 MB lag', 'does not follow']);
});

test('samples that are too old are forgotten, and with the last one the member', () => {
  const before = withOverview(noHistories, healthy(), 0);
  const gone = healthy();
  gone.cluster.members.pop();
  expect([...withOverview(before, gone, keptMs + 1).lag.keys()]).toEqual(['b']);
});

test('of a member that is not spoken of any more nothing is known from then on', () => {
  const samples = withSample(withSample(new Map([['a', [{ atMs: 0, value: 3 }]]]), [], 1), [], 2);
  expect(samples.get('a')).toEqual([{ atMs: 0, value: 3 }, { atMs: 1, value: null }]);
  expect(withSample(samples, [['a', 4]], 3).get('a')).toHaveLength(3);
});

test('a moment at which the lag was not known is a gap in the line', () => {
  const samples = [{ atMs: 0, value: 10 }, { atMs: 1, value: null }, { atMs: keptMs, value: 0 }];
  expect(lines(samples, keptMs, 10, 100, 50)).toEqual(['0.0,0.0', '100.0,50.0']);
});

const noon = Date.parse('2026-01-02T12:00:00Z');
const probed = (seconds: number, last_outage?: { since: string; seconds: number; is_over: boolean }): ReturnType<typeof healthy> =>
  healthy({ at: new Date(noon + seconds * 1000).toISOString(), probes: [{ member: 'a', write_median_seconds: 0.003, write_slowest_seconds: 0.02, ...(last_outage === undefined ? {} : { last_outage }) }] });

test('while clients are not served the latency of their last writes is no figure', () => {
  const served = withOverview(noHistories, probed(0), 0);
  expect([served.median.get('a')?.at(-1)?.value, served.slowest.get('a')?.at(-1)?.value]).toEqual([0.003, 0.02]);
  const failing = withOverview(served, probed(2, { since: '2026-01-02T12:00:01Z', seconds: 1, is_over: false }), 2_000);
  expect(failing.median.get('a')?.at(-1)?.value).toBeNull();
});

test('an outage that goes on becomes the one that is over, and another is kept beside it', () => {
  const since = '2026-01-02T12:00:01Z';
  const goesOn = withOutages(new Map(), probed(2, { since, seconds: 1, is_over: false }));
  expect(goesOn.get('a')).toEqual([{ sinceMs: noon + 1_000, untilMs: null }]);
  const over = withOutages(goesOn, probed(9, { since, seconds: 2.5, is_over: true }));
  expect(over.get('a')).toEqual([{ sinceMs: noon + 1_000, untilMs: noon + 3_500 }]);
  expect(withOutages(over, probed(12, { since: '2026-01-02T12:00:11Z', seconds: 1, is_over: false })).get('a')).toHaveLength(2);
});

test('an outage goes on no longer than somebody says so, and is forgotten when it is out of the picture', () => {
  const goesOn = withOutages(new Map(), probed(2, { since: '2026-01-02T12:00:01Z', seconds: 1, is_over: false }));
  const unheard = withOutages(goesOn, healthy({ at: '2026-01-02T12:00:05Z' }));
  expect(unheard.get('a')).toEqual([{ sinceMs: noon + 1_000, untilMs: noon + 5_000 }]);
  expect(withOutages(unheard, healthy({ at: '2026-01-02T12:10:06Z' })).size).toBe(0);
});
