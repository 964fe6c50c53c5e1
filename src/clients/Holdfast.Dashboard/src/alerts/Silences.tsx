import type { VNode } from 'preact';
import type { Act } from '../acting/act';
import { coveredBy, endSilence } from '../acting/alertActs';
import type { Silence } from '../wire';
import { dayAndClock, duration } from '../words';

interface Props {
  silences: Silence[];
  /** The agent's clock, in milliseconds. */
  nowMs: number;
  onAct: ((act: Act) => void) | null;
}

/** Of what nobody is told, and until when. */
export function Silences({ silences, nowMs, onAct }: Props): VNode {
  return (
    <>
      <h3>Silenced</h3>
      <ul class="alerts">
        {silences.map((silence) => (
          <li key={silence.id} class="silence">
            <div>
              <p>{coveredBy(silence)}</p>
              <p class="actions">
                until <time dateTime={silence.ends_at}>{dayAndClock(silence.ends_at)}</time>, in {duration((Date.parse(silence.ends_at) - nowMs) / 1000)} · by {silence.by}{silence.comment !== '' && `: ${silence.comment}`}
              </p>
              {onAct !== null && <p class="buttons"><button type="button" aria-label={`End the silence of ${coveredBy(silence)}`} onClick={() => onAct(endSilence(silence))}>End…</button></p>}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
