import type { Alert, Severity } from '../wire';

export const signOf: Record<Severity, string> = { critical: '✕', warning: '▲', info: '●' };

/** The figure as it is beside its limit; empty when the rule is gone, and when the figure can only be the limit itself. */
export function figureOf(alert: Alert): string {
  const [figure, comparison, limit] = (alert.when ?? '').split(' ');
  if (figure === undefined || comparison === undefined || limit === undefined || comparison === '==') {
    return '';
  }
  const words = figure.replaceAll('_', ' ');
  const value = limit.endsWith('d') && alert.value !== undefined ? `${Math.round(alert.value / 8640) / 10}d` : alert.value;
  return value === undefined ? `${words} ${comparison} ${limit}` : `${words} is ${value}, fires at ${comparison} ${limit}`;
}

/** A page to go to: no other kind of address becomes a link. */
export function linkOf(address: string | undefined): string | null {
  try {
    const url = new URL(address ?? '');
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/** What people have said of it; empty when nobody has. */
export function answerOf(alert: Alert): string {
  switch (alert.state) {
    case 'silenced':
      return ['silenced, so nobody is told', ...(alert.acknowledged_by === undefined ? [] : [inHand(alert)])].join('; ');
    case 'acknowledged':
      return inHand(alert);
    default:
      return '';
  }
}

const inHand = (alert: Alert): string => `${alert.acknowledged_by ?? 'somebody'} has it in hand${alert.acknowledged_comment === undefined ? '' : `: ${alert.acknowledged_comment}`}`;
