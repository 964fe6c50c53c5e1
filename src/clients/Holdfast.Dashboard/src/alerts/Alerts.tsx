import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Alert } from '../wire';
import { clock, dayAndClock, duration } from '../words';
import { answerOf, figureOf, linkOf, signOf } from './alerts';
import { AlertRules } from './AlertRules';

interface Props {
  alerts: Alert[];
  /** Of the agent that is asked for the rules. */
  root: string;
  /** The agent's clock, in milliseconds. */
  nowMs: number;
}

/** What is worth a person's attention, the worst first. */
export function Alerts({ alerts, root, nowMs }: Props): VNode {
  const [areRulesOpen, setRulesOpen] = useState(false);
  const firing = alerts.filter((alert) => alert.state !== 'pending');
  const pending = alerts.filter((alert) => alert.state === 'pending');
  return (
    <section aria-labelledby="alerts">
      <div class="heading">
        <h2 id="alerts">Alerts {firing.length > 0 && <small>{firing.length} {firing.length === 1 ? 'fires' : 'fire'}</small>}</h2>
        <button type="button" class="link" onClick={() => setRulesOpen(true)}>Rules</button>
      </div>
      {firing.length === 0 && <p class="calm">✓ Nothing fires.</p>}
      {firing.length > 0 && <ul class="alerts">{firing.map((alert) => <Firing key={`${alert.name} ${alert.subject}`} alert={alert} nowMs={nowMs} />)}</ul>}
      {pending.length > 0 && (
        <>
          <h3>Not for long enough to fire</h3>
          <ul class="alerts">
            {pending.map((alert) => (
              <li key={`${alert.name} ${alert.subject}`}>
                <div>
                  <p>{alert.summary}</p>
                  <p class="actions">{whatOf(alert)} · for {since(alert.since, nowMs)}</p>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {areRulesOpen && <AlertRules root={root} onEnd={() => setRulesOpen(false)} />}
    </section>
  );
}

function Firing({ alert, nowMs }: { alert: Alert; nowMs: number }): VNode {
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
      </div>
    </li>
  );
}

const whatOf = (alert: Alert): string => (alert.subject === '' ? alert.name : `${alert.name} on ${alert.subject}`);
const dayMs = 24 * 3_600_000;
const isOfToday = (iso: string, nowMs: number): boolean => nowMs - Date.parse(iso) < dayMs;
const since = (iso: string, nowMs: number): string => duration((nowMs - Date.parse(iso)) / 1000);
