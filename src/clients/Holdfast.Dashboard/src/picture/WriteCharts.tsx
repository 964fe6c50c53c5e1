import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Page } from '../sections/Page';
import type { Overview, Probe } from '../wire';
import { clock, duration, latency, percent } from '../words';
import { Chart } from './Chart';
import type { Outage, Outages } from './outages';
import { keptMs, most, type Histories } from './samples';

interface Props {
  overview: Overview;
  histories: Histories;
  outages: Outages;
  nowMs: number;
  /** The agent's clock, in milliseconds. */
  agentMs: number;
}

/** How long a write takes through each member's router, and when clients were not served there. */
export function WriteCharts(props: Props): VNode {
  const { overview, histories } = props;
  const [isHowOpen, setHowOpen] = useState(false);
  const own = overview.status.probe;
  const isMeasured = overview.probes.length > 0 || histories.median.size > 0;
  return (
    <section aria-labelledby="writes">
      <h2 id="writes">Write latency {isMeasured && <small>through each router, last {keptMs / 60_000} minutes</small>}</h2>
      {own?.state === 'waiting' && <p>▲ The probe of {overview.status.name} has not been served yet{own.trouble !== undefined && `: ${own.trouble}`}</p>}
      {isMeasured && <Measured {...props} />}
      {!isMeasured && own === undefined && (
        <p class="calm">Not measured: no member’s configuration has a section <code>probe</code>. <button type="button" class="link" onClick={() => setHowOpen(true)}>How to turn it on</button></p>
      )}
      {isHowOpen && <Page address="docs/probe.md" title="End-to-end probe" onEnd={() => setHowOpen(false)} />}
    </section>
  );
}

function Measured({ overview, histories, outages, nowMs, agentMs }: Props): VNode {
  const names = [...new Set([...histories.median.keys(), ...overview.probes.map((probe) => probe.member)])].sort((one, other) => one.localeCompare(other));
  const members = names.map((name) => memberOf(name, overview.probes.find((probe) => probe.member === name), histories, outages.get(name) ?? [], agentMs));
  return (
    <>
      <div class="charts">
        {members.map((member) => (
          <Chart key={member.name} label={inWords(member)} valueMax={member.mostSeconds} nowMs={nowMs}
            series={[{ kept: histories.slowest.get(member.name) ?? [], kind: 'faint' }, { kept: histories.median.get(member.name) ?? [], kind: 'main' }]}
            marks={member.outages.map(({ sinceMs, untilMs }) => ({ fromMs: sinceMs + nowMs - agentMs, toMs: (untilMs ?? agentMs) + nowMs - agentMs }))}>
            <b>{member.name}</b> <span>{member.now}</span> <small>slowest {member.slowest}</small>
            {member.probe !== undefined && <small class="budget">served {percent(member.probe.availability, 3)}, {percent(member.probe.budget_left, 1)} of 30 days’ error budget left</small>}
            {member.outages.length > listedMax && <small class="down">✕ {member.outages.length - listedMax} earlier outages</small>}
            {member.outages.slice(-listedMax).map((outage) => <small key={outage.sinceMs} class="down">{outageInWords(outage, agentMs)}</small>)}
          </Chart>
        ))}
      </div>
      <p class="note"><small>Thick: the middle one of ten seconds’ writes. Thin: the slowest one. Marked: not served.</small></p>
      <details>
        <summary>As a table</summary>
        <table class="figures">
          <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
          <tbody>
            {members.map((member) => (
              <tr key={member.name}>
                <th scope="row">{member.name}</th>
                {valuesOf(member).map((value, index) => <td key={columns[index + 1]} data-label={columns[index + 1]}>{value}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

const listedMax = 3;
const columns = ['Member', 'Write', 'Slowest', 'Outages', 'Served', 'Budget left'];

interface MeasuredMember {
  name: string;
  probe: Probe | undefined;
  now: string;
  slowest: string;
  mostSeconds: number;
  outages: readonly Outage[];
}

function memberOf(name: string, probe: Probe | undefined, histories: Histories, outages: readonly Outage[], agentMs: number): MeasuredMember {
  const mostSeconds = most(histories.slowest.get(name) ?? []);
  return {
    name,
    probe,
    now: probe?.last_outage?.is_over === false ? '✕ not served' : latency(probe?.write_median_seconds),
    slowest: latency(mostSeconds === 0 ? undefined : mostSeconds),
    mostSeconds,
    outages: outages.filter((outage) => (outage.untilMs ?? agentMs) > agentMs - keptMs),
  };
}

const valuesOf = ({ now, slowest, outages, probe }: MeasuredMember): string[] =>
  [now, slowest, String(outages.length), percent(probe?.availability, 3), percent(probe?.budget_left, 1)];

const inWords = (member: MeasuredMember): string =>
  `${member.name}: now ${member.now}, slowest ${member.slowest}, ${member.outages.length === 0 ? 'no outage' : member.outages.length === 1 ? '1 outage' : `${member.outages.length} outages`}`;

const outageInWords = ({ sinceMs, untilMs }: Outage, agentMs: number): string =>
  `✕ ${clock(new Date(sinceMs).toISOString())} not served for ${untilMs === null ? `${duration((agentMs - sinceMs) / 1000)} so far` : short((untilMs - sinceMs) / 1000)}`;

const short = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds));
