import { expect, test } from 'vitest';
import { amount, bytes, duration, latency, percent } from '../src/words';

test('bytes are said in the unit a person would choose', () => {
  expect([0, 999, 1000, 16_777_216, 250_000_000].map(bytes)).toEqual(['0 B', '999 B', '1.0 kB', '16.8 MB', '250 MB']);
});

test('a duration that is over is zero', () => {
  expect([-3, 0, 59.6, 61, 3_700, 180_000].map(duration)).toEqual(['0 s', '0 s', '1 min 0 s', '1 min 1 s', '1 h 1 min', '2 d 2 h']);
});

test('a great number of transactions is rounded to what fits', () => {
  expect([0, 9_999, 10_000, 123_456, 7_250_000].map(amount)).toEqual(['0', '9999', '10 k', '123 k', '7.3 M']);
});

test('a latency is as precise as people need it', () => {
  expect([undefined, 0.0004, 0.0031, 0.0256, 2.34].map(latency)).toEqual(['unknown', '0.4 ms', '3.1 ms', '26 ms', '2.3 s']);
});

test('a part is never said to be better than it is', () => {
  expect([undefined, 1, 0.9999999, 0.99987].map((part) => percent(part, 3))).toEqual(['unknown', '100.000 %', '99.999 %', '99.987 %']);
  expect(percent(-0.2501, 1)).toBe('-25.1 %');
});
