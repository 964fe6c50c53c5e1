import { expect, test } from 'vitest';
import { agents } from '../src/stream/connection';
import { eventReader } from '../src/stream/events';
import { verdictOf } from '../src/sections/Banner';
import { healthy } from './overviews';

test('events come out whole however the stream is cut, and comments are nothing', () => {
  const data: string[] = [];
  const read = eventReader((one) => data.push(one));
  for (const letter of ': \n\ndata: {"a":1}\n\n: \n\ndata: {"b":2}\n\ndata: half') {
    read(letter);
  }
  expect(data).toEqual(['{"a":1}', '{"b":2}']);
});

test('the own agent is asked first, and the others after it, each once', () => {
  expect(agents('http://10.0.0.9:8008/', healthy())).toEqual(['http://10.0.0.9:8008/', 'http://10.0.0.1:8008/']);
});

test('a member without a usable address is not asked', () => {
  const overview = healthy();
  overview.cluster.members[0]!.api_url = 'nonsense';
  expect(agents('http://own/', overview)).toEqual(['http://own/', 'http://10.0.0.1:8008/']);
});

test('the banner is the agent’s verdict until nobody has answered for a while', () => {
  const live = { overview: healthy(), from: '', isOwn: true, lostAt: 1_000, clockAheadMs: 0 };
  expect(verdictOf(live, 2_000).level).toBe('well');
  expect(verdictOf(live, 9_000)).toMatchObject({ level: 'trouble', sentence: expect.stringContaining('No agent') });
});
