import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { addressOf } from '../route';
import { marks } from '../sections/Banner';
import type { ClusterSummary, Level } from '../wire';
import { amount, bytes, clock } from '../words';
import { count, shown, worstOf, type Order } from './fleet';
import { useClusters } from './reading';

/** Rows that are drawn at first: the worst come first, and a search finds the others. */
const shownAtFirst = 100;

/** Every cluster in the agent's store, the worst first. */
export function Fleet({ root }: { root: string }): VNode {
  const { list, lostAt } = useClusters(root);
  const [looked, setLooked] = useState('');
  const [order, setOrder] = useState<Order>('worst');
  const [isWhole, setWhole] = useState(false);
  const clusters = list?.clusters ?? [];
  const found = useMemo(() => shown(clusters, looked, order), [list, looked, order]);
  const section = useRef<HTMLElement>(null);
  useSearchKey(section);
  useEffect(() => {
    document.title = `${list === null ? '' : marks[worstOf(clusters)]} Clusters – Holdfast`;
  }, [list]);

  if (list === null) {
    return <p class={lostAt === null ? 'said' : 'trouble'} role="status">{lostAt === null ? 'Reading the store…' : '✕ The agent does not answer.'}</p>;
  }
  return (
    <section ref={section} aria-labelledby="clusters" onKeyDown={moveFocus}>
      <div class="heading">
        <h2 id="clusters">Clusters {list.namespace !== undefined && <small>namespace {list.namespace}</small>}</h2>
        <p class="counts">{(['trouble', 'attention', 'well'] as const).map((level) => <span key={level} class={`tag ${level}`}>{marks[level]} {count(clusters, level)} {inWords[level]}</span>)}</p>
      </div>
      {lostAt !== null && <p class="trouble" role="status">✕ The agent does not answer; this is how it was at {clock(new Date(lostAt).toISOString())}.</p>}
      {list.note !== undefined && <p class="note">{list.note}</p>}
      {clusters.length > 1 && (
        <div class="tools">
          <label class="search"><span>Search</span><input type="search" name="search" value={looked} placeholder="name, member, what is wrong" autocomplete="off" onInput={(event) => setLooked(event.currentTarget.value)} /></label>
          <label><span>Order</span><select name="order" value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
            <option value="worst">Worst first</option>
            <option value="name">By name</option>
            <option value="lag">Most behind first</option>
          </select></label>
          <p role="status">{looked === '' ? '' : `${found.length} of ${clusters.length}`}</p>
        </div>
      )}
      {found.length === 0
        ? <p class="calm">{clusters.length === 0 ? 'No cluster is here yet.' : 'No cluster fits.'}</p>
        : (
          <table class="fleet">
            <thead><tr>{['Cluster', 'State', 'Engine', 'Leader', 'Members', 'Behind', 'Alerts'].map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
            <tbody>{(isWhole ? found : found.slice(0, shownAtFirst)).map((cluster) => <Row key={cluster.scope} cluster={cluster} isOwn={cluster.scope === list.scope} />)}</tbody>
          </table>
        )}
      {found.length > shownAtFirst && <p class="buttons"><button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>{isWhole ? `Show the first ${shownAtFirst}` : `Show all ${found.length}`}</button></p>}
    </section>
  );
}

function Row({ cluster, isOwn }: { cluster: ClusterSummary; isOwn: boolean }): VNode {
  const { level, sentence } = cluster.verdict;
  const address = isOwn ? addressOf.cluster : cluster.dashboard;
  return (
    <tr>
      <th scope="row">{address === undefined ? cluster.scope : <a href={address}>{cluster.scope}</a>}{isOwn && <small> this one</small>}</th>
      <td data-label="State">
        <div>
          <span class={`tag ${level}`}>{marks[level]} {states[level]}</span>
          {cluster.awaits_approval !== undefined && <> <span class="tag trouble">▶ approval waits</span></>}
          {level !== 'well' && <div class="actions">{sentence}</div>}
        </div>
      </td>
      <td data-label="Engine">{engines[cluster.engine] ?? '–'}</td>
      <td data-label="Leader">{cluster.leader ?? '–'}</td>
      <td data-label="Members">{cluster.lost.length === 0 ? cluster.members : <span>{cluster.members} up, <b>{cluster.lost.length} lost</b></span>}</td>
      <td data-label="Behind">{behind(cluster)}</td>
      <td data-label="Alerts">{cluster.worst_alert === undefined ? '–' : <span class={`tag ${cluster.worst_alert}`}>{cluster.alerts} {cluster.worst_alert}</span>}</td>
    </tr>
  );
}

const engines: Record<string, string> = { postgresql: 'PostgreSQL', mysql: 'MySQL' };
const states: Record<Level, string> = { trouble: 'Trouble', attention: 'Attention', well: 'Well' };
const inWords: Record<Level, string> = { trouble: 'in trouble', attention: 'need attention', well: 'well' };

const behind = (cluster: ClusterSummary): string =>
  cluster.worst_backlog !== undefined ? `${amount(cluster.worst_backlog)} to apply` : cluster.worst_lag_bytes !== undefined ? bytes(cluster.worst_lag_bytes) : '–';

/** The arrow keys go from cluster to cluster, from the search on. */
function moveFocus(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const at = event.target as HTMLElement;
  if (step === 0 || at instanceof HTMLSelectElement) {
    return;
  }
  const stops = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('input[type=search], tbody th a')];
  const next = stops[stops.indexOf(at) + step];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}

/** A slash goes to the search, unless something is being written. */
function useSearchKey(section: { current: HTMLElement | null }): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const at = document.activeElement;
      if (event.key === '/' && !(at instanceof HTMLInputElement || at instanceof HTMLSelectElement)) {
        event.preventDefault();
        section.current?.querySelector('input')?.focus();
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
