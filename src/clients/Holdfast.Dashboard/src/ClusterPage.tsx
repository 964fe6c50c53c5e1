import type { VNode } from 'preact';
import { pause, resume } from './acting/acts';
import type { Act } from './acting/act';
import { Alerts } from './alerts/Alerts';
import { Audit } from './audit/Audit';
import { LagCharts } from './picture/LagCharts';
import type { Outages } from './picture/outages';
import type { Histories } from './picture/samples';
import { Topology } from './picture/Topology';
import { missing } from './picture/tree';
import { WriteCharts } from './picture/WriteCharts';
import { Agent } from './sections/Agent';
import { Approvals } from './sections/Approvals';
import { Decisions } from './sections/Decisions';
import { Leaders } from './sections/Leaders';
import { Members } from './sections/Members';
import { Warnings } from './sections/Warnings';
import type { Overview } from './wire';

interface Props {
  overview: Overview;
  /** The root of the REST interface that the overview came from. */
  root: string;
  histories: Histories;
  outages: Outages;
  nowMs: number;
  /** The agent's clock, in milliseconds. */
  agentMs: number;
  onAct: ((act: Act) => void) | null;
}

/** One cluster: what asks for a person comes first. */
export function ClusterPage({ overview, root, histories, outages, nowMs, agentMs, onAct }: Props): VNode {
  const { cluster, approvals, alerts, status } = overview;
  const isGroup = cluster.members.some((member) => member.group_state !== undefined);
  const isAsked = approvals.approvals.some((request) => request.state === 'pending');
  const isAlarmed = alerts.some((alert) => alert.state === 'firing');
  const answers = <Approvals requests={approvals.approvals} nowMs={agentMs} onAct={isAsked ? onAct : null} />;
  const names = [...cluster.members.map((member) => member.name), ...missing(overview)];
  const alarms = <Alerts alerts={alerts} silences={overview.silences} members={names} root={root} nowMs={agentMs} onAct={onAct} />;
  return (
    <>
      {isAsked && answers}
      {isAlarmed && alarms}
      <div class="columns">
        <section aria-labelledby="cluster">
          <h2 id="cluster">Cluster</h2>
          <Topology overview={overview} />
          {cluster.scheduled_switchover !== undefined && <p>▲ A switchover is scheduled for {cluster.scheduled_switchover.at}.</p>}
          <p class="buttons"><button type="button" disabled={onAct === null} onClick={() => onAct?.(cluster.pause ? resume(cluster) : pause(cluster))}>{cluster.pause ? 'Resume…' : 'Pause…'}</button></p>
        </section>
        <Agent overview={overview} />
      </div>
      <Members overview={overview} onAct={onAct} />
      <Warnings status={status} />
      {!isAlarmed && alarms}
      {!isAsked && answers}
      <div class="columns">
        <Decisions decisions={overview.decisions} name={status.name} />
        <div>
          <Leaders root={root} leader={status.leader ?? ''} term={status.term ?? 0} isGroup={isGroup} />
          <LagCharts samples={histories.lag} nowMs={nowMs} isGroup={isGroup} />
          <WriteCharts overview={overview} histories={histories} outages={outages} nowMs={nowMs} agentMs={agentMs} />
        </div>
      </div>
      <Audit root={root} news={newsOf(overview)} />
    </>
  );
}

/** Changes with what the audit trail says something about. */
const newsOf = ({ cluster, approvals, status, alerts, silences }: Overview): string =>
  JSON.stringify([status.leader, status.term, cluster.pause, cluster.scheduled_switchover, approvals.strategy, approvals.approvals.map((request) => [request.id, request.state, request.votes.length]), silences.map((silence) => silence.id), alerts.filter((alert) => alert.acknowledged_by !== undefined).map((alert) => alert.id)]);
