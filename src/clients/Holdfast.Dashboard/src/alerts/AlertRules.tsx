import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { read as get } from '../stream/reading';
import type { AlertRule } from '../wire';
import { duration } from '../words';
import { signOf } from './alerts';

/** By which rules alerts fire in this cluster. */
export function AlertRules({ root, onEnd }: { root: string; onEnd: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [rules, setRules] = useState<AlertRule[] | null>(null);
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    void read(root).then(setRules, () => setTrouble('The agent does not answer.'));
  }, [root]);
  return (
    <dialog ref={dialog} class="wide" aria-labelledby="rules" onClose={onEnd}>
      <h2 id="rules">Rules of alerts</h2>
      {trouble !== '' && <p class="trouble" role="alert">✕ {trouble}</p>}
      {rules !== null && (
        <table>
          <thead><tr>{['Alert', 'Fires when', 'For', 'Severity', 'What it says'].map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
          <tbody>
            {rules.map((rule) => (
              <tr key={rule.name}>
                <th scope="row">{rule.name}</th>
                <td data-label="Fires when"><code>{rule.when}</code></td>
                <td data-label="For">{rule.for_seconds === 0 ? 'at once' : duration(rule.for_seconds)}</td>
                <td data-label="Severity"><span class={`tag ${rule.severity}`}>{signOf[rule.severity]} {rule.severity}</span></td>
                <td data-label="What it says">{rule.summary}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>They are part of the cluster’s configuration: <code>holdfast edit-config</code> changes them.</p>
      <form method="dialog" class="buttons"><button type="button" autofocus onClick={() => dialog.current?.close()}>Close</button></form>
    </dialog>
  );
}

async function read(root: string): Promise<AlertRule[]> {
  const answer = await get(`${root}holdfast/v1/alerts`);
  return ((await answer.json()) as { rules?: AlertRule[] }).rules ?? [];
}
