import type { VNode } from 'preact';
import type { Overview } from '../wire';
import { bytes } from '../words';

/** The agent that this page looks through. */
export function Agent({ overview }: { overview: Overview }): VNode {
  const { status, approvals, cluster } = overview;
  const isGroup = cluster.members.some((member) => member.group_state !== undefined);
  const facts: [string, string | undefined][] = [
    ['Term', status.term?.toString()],
    ['Failover', approvals.strategy],
    ['Synchronous', isGroup ? 'the group’s majority' : status.synchronous_standbys === undefined ? 'off' : status.synchronous_standbys.join(', ') || 'nobody yet'],
    ['Fences', Object.entries(status.fences).map(([name, isReady]) => `${name} ${isReady ? 'ready' : 'not ready'}`).join(', ') || 'none'],
    ['Work', status.job === undefined || status.job.state !== 'running' ? undefined : `${status.job.kind}: ${status.job.progress}`],
    ['Disk', status.disk === undefined ? undefined : `${bytes(status.disk.free_bytes)} free of ${bytes(status.disk.total_bytes)}`],
    ['Version', status.version],
  ];
  return (
    <section aria-labelledby="agent">
      <h2 id="agent">{status.name} <small>this agent</small></h2>
      <dl>{facts.filter(([, value]) => value !== undefined).map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
    </section>
  );
}
