import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { read as get } from '../stream/reading';
import type { AuditEntry, AuditTrail } from '../wire';
import { dayAndClock } from '../words';
import { detailsOf, inOrder, matching, outcomeOf, viaOf } from './audit';

const shownAtFirst = 8;
const readAgainEveryMs = 30_000;
// What was just done is written down a moment later.
const soonMs = 1_500;

/** What was done to the cluster, by whom, and what came of it. It is read again when the news change. */
export function Audit({ root, news }: { root: string; news: string }): VNode | null {
  const [trail, setTrail] = useState<AuditTrail | null>(null);
  const [looked, setLooked] = useState('');
  const [isWhole, setWhole] = useState(false);
  useEffect(() => {
    const read = (): void => {
      if (document.visibilityState === 'visible') {
        void get(`${root}holdfast/v1/audit`).then(async (answer) => answer.ok && setTrail((await answer.json()) as AuditTrail), () => undefined);
      }
    };
    read();
    const soon = setTimeout(read, soonMs);
    const again = setInterval(read, readAgainEveryMs);
    return () => {
      clearTimeout(soon);
      clearInterval(again);
    };
  }, [root, news]);
  if (trail === null) {
    return null;
  }
  const entries = inOrder(trail);
  const found = matching(entries, looked).reverse();
  const shown = isWhole ? found : found.slice(0, shownAtFirst);
  return (
    <section aria-labelledby="audit">
      <div class="heading">
        <h2 id="audit">Audit trail {trail.problem === undefined && trail.is_whole === true && <small>✓ no entry was changed or left out</small>}</h2>
        <label class="search"><span>Filter</span><input type="search" name="audit-filter" value={looked} placeholder="who, what, how" onInput={(event) => setLooked(event.currentTarget.value)} /></label>
      </div>
      {trail.problem !== undefined && <p class="trouble" role="alert">✕ {trail.problem}</p>}
      {found.length === 0
        ? <p class="calm">{entries.length === 0 ? 'Nothing was done to this cluster yet.' : 'No entry says that.'}</p>
        : (
          <table class="audit">
            <thead><tr>{['When', 'Who', 'What', 'Via', 'Outcome'].map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
            <tbody>{shown.map((entry) => <Row key={`${entry.number} ${entry.at}`} entry={entry} />)}</tbody>
          </table>
        )}
      {found.length > shownAtFirst && <p class="buttons"><button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>{isWhole ? 'Show fewer' : `Show all ${found.length}`}</button></p>}
    </section>
  );
}

function Row({ entry }: { entry: AuditEntry }): VNode {
  const outcome = outcomeOf(entry);
  const details = detailsOf(entry);
  const answer = entry.details?.['answer'] ?? '';
  return (
    <tr>
      <td data-label="When"><time dateTime={entry.at}>{dayAndClock(entry.at)}</time></td>
      <td data-label="Who"><b>{entry.who}</b></td>
      <td data-label="What">
        <div>
          {entry.what}
          {answer !== '' && !answer.startsWith('{') && <div class="actions">→ {answer}</div>}
          {details.length > 0 && <details><summary>Details</summary>{details.map((line) => <p key={line}>{line}</p>)}</details>}
        </div>
      </td>
      <td data-label="Via">{viaOf(entry)}</td>
      <td data-label="Outcome">{outcome === null ? '–' : `${outcome.isDone ? '✓' : '✕'} ${outcome.words}`}</td>
    </tr>
  );
}
