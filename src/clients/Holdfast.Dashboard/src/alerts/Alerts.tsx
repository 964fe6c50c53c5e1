import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Act } from '../acting/act';
import { acknowledge, silence, silenceAnything, whatOf } from '../acting/alertActs';
import type { Alert, Silence } from '../wire';
import { clock, dayAndClock, duration } from '../words';
import { answerOf, figureOf, linkOf, signOf } from './alerts';
import { AlertRules } from './AlertRules';
import { Silences } from './Silences';

interface Props {
  alerts: Alert[];
  silences: Silence[];
  /** Whose alerts can be silenced before they fire. */
  members: string[];
  /** Of the agent that is asked for the rules. */
  root: string;
  /** The agent's clock, in milliseconds. */
  nowMs: number;
  onAct: ((act: Act) => void) | null;
}

/** What is worth a person's attention, the worst first. */
export function Alerts({ alerts, silences, members, root, nowMs, onAct }: Props): VNode {
  const [areRulesOpen, setRulesOpen] = useState(false);
  const firing = alerts.filter((alert) => alert.state !== 'pending');
  const pending = alerts.filter((alert) => alert.state === 'pending');
  return (
    <section aria-labelledby="alerts">
      <div class="heading">
        <h2 id="alerts">Alerts {firing.length > 0 && <small>{firing.length} {firing.length === 1 ? 'fires' : 'fire'}</small>}</h2>
        <p class="links">
          {onAct !== null && <button type="button" class="link" aria-label="Silence alerts" onClick={() => onAct(silenceAnything(members))}>Silence…</button>}
          <button type="button" class="link" onClick={() => setRulesOpen(true)}>Rules</button>
        </p>
      </div>
      {firing.length === 0 && <p class="calm">✓ Nothing fires.</p>}
      {firing.length > 0 && <ul class="alerts">{firing.map((alert) => <Firing key={alert.id} alert={alert} nowMs={nowMs} onAct={onAct} />)}</ul>}
      {pending.length > 0 && (
        <>
          <h3>Not for long enough to fire</h3>
          <ul class="alerts">
            {pending.map((alert) => (
              <li key={alert.id}>
                <div>
                  <p>{alert.summary}</p>
                  <p class="actions">{whatOf(alert)} · for {since(alert.since, nowMs)}</p>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {silences.length > 0 && <Silences silences={silences} nowMs={nowMs} onAct={onAct} />}
      {areRulesOpen && <AlertRules root={root} onEnd={() => setRulesOpen(false)} />}
    </section>
  );
}

function Firing({ alert, nowMs, onAct }: { alert: Alert; nowMs: number; onAct: Props['onAct'] }): VNode {
  const runbook = linkOf(alert.runbook);
  const began = alert.firing_since ?? alert.since;
  return (
    <li class={`alert ${alert.severity}`}>
      <span class={`tag ${alert.severity}`}>{signOf[alert.severity]} {alert.severity}</span>
      <div>
        <p><b>{alert.summary}</b></p>
        <p class="actions">
          {whatOf(alert)} · for {since(began, nowMs)}, <time dateTime={began} title={dayAndClock(began)}>since {isOfToday(began, nowMs) ? clock(began) : dayAndClock(began)}</time>
          {figureOf(alert) !== '' && <> · {figureOf(alert)}</>}
          {answerOf(alert) !== '' && <> · <b>{answerOf(alert)}</b></>}
          {runbook !== null && <> · <a href={runbook} rel="noreferrer">What to do</a></>}
        </p>
        {onAct !== null && (
          <p class="buttons">
            {alert.acknowledged_by === undefined && <button type="button" aria-label={`Acknowledge ${whatOf(alert)}`} onClick={() => onAct(acknowledge(alert))}>Acknowledge…</button>}
            {alert.state !== 'silenced' && <button type="button" aria-label={`Silence ${whatOf(alert)}`} onClick={() => onAct(silence(alert))}>Silence…</button>}
          </p>
        )}
      </div>
    </li>
  );
}

const dayMs = 24 * 3_600_000;
const isOfToday = (iso: string, nowMs: number): boolean => nowMs - Date.parse(iso) < dayMs;
const since = (iso: string, nowMs: number): string => duration((nowMs - Date.parse(iso)) / 1000);
