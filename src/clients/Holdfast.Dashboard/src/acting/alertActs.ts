import type { Alert, Silence } from '../wire';
import type { Act, Choice } from './act';

const path = 'holdfast/v1/alerts';

const lengths: Choice = {
  label: 'For how long',
  options: [
    ['1 hour', '1h'],
    ['15 minutes', '15min'],
    ['4 hours', '4h'],
    ['12 hours', '12h'],
    ['1 day', '1d'],
    ['7 days', '7d'],
    ['30 days', '30d'],
  ].map(([words, length]) => ({ words: words!, body: { for: length } })),
};

export function acknowledge(alert: Alert): Act {
  return {
    title: `Acknowledge ${whatOf(alert)}?`,
    words: ['You take it in hand: nobody else is told of it until it is over.'],
    confirm: 'Acknowledge',
    isDangerous: false,
    takesComment: true,
    method: 'POST',
    path: `${path}/acknowledge`,
    body: { alert: alert.id },
  };
}

export function silence(alert: Alert): Act {
  const { name: rule, subject: member } = alert;
  const wider = [{ words: `${rule} on any member`, body: { rule } }, { words: `everything about ${member}`, body: { member } }];
  return silencing(`Silence ${whatOf(alert)}?`, member === '' ? [{ words: rule, body: { rule } }] : [{ words: whatOf(alert), body: { rule, member } }, ...wider]);
}

/** Before anything fires, such as ahead of planned work. */
export const silenceAnything = (members: readonly string[]): Act =>
  silencing('Silence alerts?', [...members.map((member) => ({ words: `everything about ${member}`, body: { member } })), { words: 'everything in this cluster', body: { all: true } }]);

export function endSilence(silence: Silence): Act {
  return {
    title: `End the silence of ${coveredBy(silence)}?`,
    words: ['What it covers and still fires is told at once.'],
    confirm: 'End the silence',
    isDangerous: false,
    takesComment: false,
    method: 'DELETE',
    path: `${path}/silences/${encodeURIComponent(silence.id)}`,
    body: {},
  };
}

/** What a silence covers. */
export function coveredBy({ rule, member }: Silence): string {
  return rule !== undefined ? (member === undefined ? `${rule} on any member` : `${rule} on ${member}`) : member === undefined ? 'everything in this cluster' : `everything about ${member}`;
}

export const whatOf = (alert: Alert): string => (alert.subject === '' ? alert.name : `${alert.name} on ${alert.subject}`);

function silencing(title: string, covered: Choice['options']): Act {
  return {
    title,
    words: ['Nobody is told of what it covers until it ends. It is looked for all the same, and shown here.'],
    confirm: 'Silence',
    isDangerous: false,
    takesComment: true,
    choices: [{ label: 'What', options: covered }, lengths],
    method: 'POST',
    path: `${path}/silences`,
    body: {},
  };
}
