import { expect, test } from 'vitest';
import { headersOf } from '../src/acting/identity';

test('a password is proven by the header that fetch sends, in UTF-8', () => {
  expect(headersOf({ name: 'anna', password: 'pä' })).toEqual({ Authorization: 'Basic YW5uYTpww6Q=' });
});

test('without passwords the name goes along as a claim', () => {
  expect(headersOf({ name: 'Zoë', password: null })).toEqual({ 'Holdfast-Actor': 'Zo?' });
  expect(headersOf(null)).toEqual({});
});
