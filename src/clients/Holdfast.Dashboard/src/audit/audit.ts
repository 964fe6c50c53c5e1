import type { AuditEntry, AuditTrail } from '../wire';

/** What was done and what was refused, by time. */
export const inOrder = (trail: AuditTrail): AuditEntry[] => [...trail.entries, ...(trail.attempts ?? [])].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

/** Entries that say every word that is looked for, whoever said it where. */
export function matching(entries: readonly AuditEntry[], looked: string): AuditEntry[] {
  const words = looked.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return entries.filter((entry) => {
    const text = [entry.at, entry.kind, entry.who, entry.what, ...Object.values(entry.details ?? {})].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** By what a change came; what the agents do themselves has no such way. */
export const viaOf = (entry: AuditEntry): string => entry.details?.['via'] ?? (entry.details?.['status'] === undefined ? 'agent' : 'rest');

/** What came of it; null where an entry is itself what happened. */
export function outcomeOf(entry: AuditEntry): { isDone: boolean; words: string } | null {
  const status = Number(entry.details?.['status']);
  return Number.isNaN(status) ? null : status < 400 ? { isDone: true, words: 'done' } : { isDone: false, words: `refused (${status})` };
}

const known = ['via', 'status', 'answer'];

/** What else an entry carries, a line each. */
export function detailsOf(entry: AuditEntry): string[] {
  return Object.entries(entry.details ?? {}).filter(([name, value]) => !known.includes(name) && value !== '' && value !== '{}').map(([name, value]) => `${name.replaceAll('_', ' ')}: ${value}`);
}
