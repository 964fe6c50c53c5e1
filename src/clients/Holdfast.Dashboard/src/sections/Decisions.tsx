import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Decision } from '../wire';
import { clock, dayAndClock } from '../words';
import { Page } from './Page';

const shownAtFirst = 12;

/** An action is said with all that it carries; its name comes first. */
const nameOf = (action: string): string => action.split(' {')[0]!;

/** What one agent decided, the newest first, and why. */
export function Decisions({ decisions, name }: { decisions: Decision[]; name: string }): VNode {
  const [isWhole, setWhole] = useState(false);
  const [rule, setRule] = useState<string | null>(null);
  const newest = [...decisions].reverse();
  const shown = isWhole ? newest : newest.slice(0, shownAtFirst);
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">What {name} decided, and why</h2>
      <ol class="timeline">
        {shown.map((decision) => (
          <li key={`${decision.at} ${decision.concern} ${decision.rule}`}>
            <time dateTime={decision.at} title={dayAndClock(decision.at)}>{clock(decision.at)}</time>
            <div>
              <button type="button" class="link" onClick={() => setRule(decision.rule)} title="What this rule means and what to do">{decision.rule}</button>{' '}
              {decision.reason}{decision.repeats > 1 && <small> ×{decision.repeats}</small>}
              {decision.actions.length > 0 && <div class="actions">→ {decision.actions.map(nameOf).join(', ')}</div>}
              <details><summary>Details</summary>{decision.actions.map((action) => <p key={action}>{action}</p>)}<p>{decision.inputs}</p></details>
            </div>
          </li>
        ))}
      </ol>
      {newest.length > shownAtFirst && <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>{isWhole ? 'Show fewer' : `Show all ${newest.length}`}</button>}
      {rule !== null && <Page address={`rules/${encodeURIComponent(rule)}.md`} title={`The rule ${rule}`} onEnd={() => setRule(null)} />}
    </section>
  );
}
