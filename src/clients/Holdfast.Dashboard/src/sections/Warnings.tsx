import type { VNode } from 'preact';
import type { Status } from '../wire';

export const warningsOf = (status: Status): string[] => [
  ...(status.trouble === undefined ? [] : [status.trouble]),
  ...Object.entries(status.fences).filter(([, isReady]) => !isReady).map(([name]) => `The fence ${name} would not act.`),
  ...status.warnings,
];

/** What is wrong with this member in itself; nothing when nothing is. */
export function Warnings({ status }: { status: Status }): VNode | null {
  const warnings = warningsOf(status);
  return warnings.length === 0 ? null : (
    <section aria-labelledby="warnings">
      <h2 id="warnings">Warnings of {status.name}</h2>
      <ul>{warnings.map((warning) => <li key={warning}>▲ {warning}</li>)}</ul>
    </section>
  );
}
