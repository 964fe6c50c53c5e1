import { expect, test } from 'vitest';
import { keptMs, lines, withSample } from '../src/picture/samples';
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
  const before = withSample(new Map(), healthy(), 0);
  const gone = healthy();
  gone.cluster.members.pop();
  expect([...withSample(before, gone, keptMs + 1).keys()]).toEqual(['b']);
});

test('a moment at which the lag was not known is a gap in the line', () => {
  const samples = [{ atMs: 0, value: 10 }, { atMs: 1, value: null }, { atMs: keptMs, value: 0 }];
  expect(lines(samples, keptMs, 10, 100, 50)).toEqual(['0.0,0.0', '100.0,50.0']);
});
