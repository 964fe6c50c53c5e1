import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { read as get } from '../stream/reading';
import { dayAndClock } from '../words';

/** As the agent lists a change of timeline: the timeline that ended, where, why, when, and who led next. */
type Change = [timeline: number, position: number, reason: string, at?: string, leader?: string];

const shown = 10;

/** Who led, the latest first. It is read again when somebody else leads. */
export function Leaders({ root, leader, term, isGroup }: { root: string; leader: string; term: number; isGroup: boolean }): VNode | null {
  const [changes, setChanges] = useState<Change[]>([]);
  useEffect(() => {
    const read = (): void => void get(`${root}history`)
      .then(async (answer) => answer.ok && setChanges((await answer.json()) as Change[]), () => undefined);
    read();
    // The new leader writes the history only after its promotion.
    const later = setTimeout(read, 5_000);
    return () => clearTimeout(later);
  }, [root, leader, term]);
  return changes.length === 0 ? null : (
    <section aria-labelledby="leaders">
      <h2 id="leaders">Leaders</h2>
      <ol class="timeline">
        {[...changes].reverse().slice(0, shown).map(([timeline, , reason, at, name]) => (
          <li key={timeline}>
            <time dateTime={at}>{at === undefined ? '–' : dayAndClock(at)}</time>
            <div><b>{name ?? 'unknown'}</b> {isGroup ? 'led' : `led on timeline ${timeline + 1}`}<div class="actions">{reason}</div></div>
          </li>
        ))}
      </ol>
    </section>
  );
}
