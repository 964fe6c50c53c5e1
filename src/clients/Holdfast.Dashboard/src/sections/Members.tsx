import type { VNode } from 'preact';
import { failover, switchover } from '../acting/acts';
import type { Act } from '../acting/act';
import { missing } from '../picture/tree';
import { isLeader, originOf, type Member, type Overview } from '../wire';
import { bytes, duration, role } from '../words';

interface Props {
  overview: Overview;
  onAct: ((act: Act) => void) | null;
}

export function Members({ overview, onAct }: Props): VNode {
  const { members } = overview.cluster;
  const isGroup = members.some((member) => member.group_state !== undefined);
  const leader = members.find(isLeader)?.name ?? null;
  const hasTags = members.some((member) => member.tags !== undefined);
  const columns = ['Member', 'Role', 'State', isGroup ? 'To apply' : 'Lag', isGroup ? 'Conflicts' : 'Timeline', 'Address', ...(hasTags ? ['Tags'] : []), 'Change'];
  return (
    <section aria-labelledby="members">
      <h2 id="members">Members</h2>
      <table>
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.name}>
              <th scope="row">{dashboardOf(member)}</th>
              <td data-label="Role">{isLeader(member) ? '★ ' : ''}{role(member.role)}</td>
              <td data-label="State">{member.group_state ?? member.state}{member.pending_restart ? ', restart pending' : ''}{member.slows_group ? ', slows the group' : ''}</td>
              <td data-label={columns[3]}>{isGroup ? member.group_backlog ?? '–' : lag(member)}</td>
              <td data-label={columns[4]}>{(isGroup ? member.group_conflicts : member.timeline) ?? '–'}</td>
              <td data-label="Address">{member.host === undefined ? '–' : `${member.host}:${member.port}`}</td>
              {hasTags && <td data-label="Tags">{Object.entries(member.tags ?? {}).map(([name, value]) => `${name}: ${String(value)}`).join(', ') || '–'}</td>}
              <td data-label="Change">{change(member, leader, onAct)}</td>
            </tr>
          ))}
          {missing(overview).map((name) => (
            <tr key={name} class="lost">
              <th scope="row">{name}</th>
              <td data-label="Role">–</td>
              <td data-label="State" colSpan={columns.length - 2}>✕ lost{heard(overview, name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function change(member: Member, leader: string | null, onAct: Props['onAct']): VNode | string {
  if (onAct === null || member.name === leader || member.tags?.['nofailover'] === true) {
    return '–';
  }
  return leader === null
    ? <button type="button" onClick={() => onAct(failover(member.name))} aria-label={`Fail over to ${member.name}`}>Fail over…</button>
    : <button type="button" onClick={() => onAct(switchover(leader, member.name))} aria-label={`Switch over to ${member.name}`}>Switch over…</button>;
}

function dashboardOf(member: Member): VNode | string {
  const origin = originOf(member);
  return origin === null ? member.name : <a href={`${origin}/dashboard/`} title={`The dashboard of ${member.name}`}>{member.name}</a>;
}

const lag = (member: Member): string => (isLeader(member) ? '–' : typeof member.lag === 'number' ? bytes(member.lag) : 'unknown');

function heard(overview: Overview, name: string): string {
  const lost = overview.missing.find((member) => member.name === name);
  return lost === undefined ? '' : `, last heard of ${duration(lost.seconds_ago)} before ${overview.status.name} looked`;
}
