import { expect, test } from 'vitest';
import { detailsOf, matching, outcomeOf, viaOf } from '../src/audit/audit';
import type { AuditEntry } from '../src/wire';

const led: AuditEntry = { number: 1, at: '2026-01-02T03:04:05Z', kind: 'leader', who: 'b', what: 'b leads in term 5', details: { term: '5' } };
const voted: AuditEntry = {
  number: 2, at: '2026-01-02T03:05:05Z', kind: 'approval', who: 'Anna (unproven)', what: 'POST /holdfast/v1/approvals/4-1/approve',
  details: { via: 'dashboard', status: '200', answer: 'request 4-1 is approved', asked: '{"comment":"its host is gone"}', from: '127.0.0.1' },
};
const refused: AuditEntry = { ...voted, number: 3, details: { ...voted.details, status: '409' } };

test('a filter finds what says all of its words, in the details as well', () => {
  expect(matching([led, voted], 'anna HOST').map((entry) => entry.number)).toEqual([2]);
  expect(matching([led, voted], ' ').length).toBe(2);
});

test('what agents do themselves is told from what was asked of them', () => {
  expect([led, voted].map(viaOf)).toEqual(['agent', 'dashboard']);
  expect([led, voted, refused].map(outcomeOf)).toEqual([null, { isDone: true, words: 'done' }, { isDone: false, words: 'refused (409)' }]);
});

test('details leave out what has a column of its own', () => {
  expect(detailsOf(voted)).toEqual(['asked: {"comment":"its host is gone"}', 'from: 127.0.0.1']);
});
