import type { VNode } from 'preact';
import type { Live } from '../stream/connection';
import type { Level, Verdict } from '../wire';
import { duration } from '../words';

export const marks: Record<Level, string> = { well: '✓', attention: '▲', trouble: '✕' };
const levels: Record<Level, string> = { well: 'All is well', attention: 'Attention', trouble: 'Trouble' };

// A stream that breaks is usually taken up again at once, by the same agent or by another.
const graceMs = 2_500;

/** The agent's verdict, unless no agent answers: that is all that this page can know by itself. */
export function verdictOf(live: Live, nowMs: number): Verdict {
  if (live.lostAt !== null && (live.overview === null || nowMs - live.lostAt > graceMs)) {
    return live.overview === null
      ? { level: 'attention', sentence: 'Asking the agent how the cluster is.' }
      : { level: 'trouble', sentence: 'No agent of this cluster answers: what is shown here is old.', ask: 'Check that the agents run and that you can reach them.' };
  }
  return live.overview!.verdict;
}

export function Banner({ verdict, live, nowMs }: { verdict: Verdict; live: Live; nowMs: number }): VNode {
  return (
    <div class={`banner ${verdict.level}`}>
      <span class="mark" aria-hidden="true">{marks[verdict.level]}</span>
      <div>
        <div role="status" aria-live={verdict.level === 'trouble' ? 'assertive' : 'polite'} aria-atomic="true">
          <strong>{levels[verdict.level]}.</strong> {verdict.sentence}
          {verdict.ask !== undefined && <p class="ask">{verdict.ask}</p>}
        </div>
        {live.lostAt !== null && live.overview !== null && nowMs - live.lostAt > graceMs && <p>Last heard {duration((nowMs - live.lostAt) / 1000)} ago.</p>}
      </div>
    </div>
  );
}
