import { expect, test } from 'vitest';
import { headersOf } from '../src/acting/identity';

test('a password is proven by the header that fetch sends, in UTF-8', () => {
  expect(headersOf({ by: 'password', name: 'anna', password: 'pä' })).toEqual({ Authorization: 'Basic YW5uYTpww6Q=' });
});

test('without passwords the name goes along as a claim', () => {
  expect(headersOf({ by: 'name', name: 'Zoë' })).toEqual({ 'Holdfast-Actor': 'Zo?' });
  expect(headersOf(null)).toEqual({});
});

test('a token goes as the bearer’s, without the spaces that copying brings', () => {
  expect(headersOf({ by: 'token', token: ' abc.def\n' })).toEqual({ Authorization: 'Bearer abc.def' });
});
