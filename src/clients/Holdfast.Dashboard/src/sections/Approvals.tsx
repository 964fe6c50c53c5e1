import type { VNode } from 'preact';
import { approve, reject } from '../acting/acts';
import type { Act } from '../acting/act';
import type { Approval, Vote } from '../wire';
import { bytes, clock, dayAndClock, duration } from '../words';

interface Props {
  requests: Approval[];
  /** The agent's clock, in milliseconds. */
  nowMs: number;
  onAct: ((act: Act) => void) | null;
}

export function Approvals({ requests, nowMs, onAct }: Props): VNode | null {
  return requests.length === 0 ? null : (
    <section aria-labelledby="approvals">
      <h2 id="approvals">{requests.some((request) => request.state === 'pending') ? 'Your approval is asked' : 'Last approval'}</h2>
      {requests.map((request) => <Request key={request.id} request={request} nowMs={nowMs} onAct={onAct} />)}
    </section>
  );
}

function Request({ request, nowMs, onAct }: { request: Approval; nowMs: number; onAct: Props['onAct'] }): VNode {
  const isPending = request.state === 'pending';
  return (
    <article class={isPending ? 'request pending' : 'request'}>
      <h3>{isPending ? `May ${request.candidate} lead?` : `${request.candidate}: ${request.state}`} <small>request {request.id}</small></h3>
      <dl>
        <dt>What happened</dt><dd>{request.reason}</dd>
        {request.outcome !== undefined && <><dt>Outcome</dt><dd>{request.outcome}</dd></>}
        <dt>Lost at worst</dt><dd><strong>{request.worst_loss}</strong></dd>
        <dt>Why {request.candidate}</dt><dd>{request.choice}</dd>
        {lag(request) !== '' && <><dt>Behind by</dt><dd>{lag(request)}</dd></>}
        {request.runners_up.length > 0 && <><dt>Why not another</dt><dd><ul>{request.runners_up.map((other) => <li key={other.name}><b>{other.name}</b>: {other.why}</li>)}</ul></dd></>}
        <dt>Asked</dt><dd>{dayAndClock(request.asked_at)}{request.escalation > 0 && `, asked ${request.escalation} times before without an answer`}</dd>
        {isPending && request.expires_at !== undefined && <><dt>Expires in</dt><dd>{duration((Date.parse(request.expires_at) - nowMs) / 1000)} <small>at {clock(request.expires_at)}</small></dd></>}
        {(request.votes.length > 0 || request.approvers_needed > 1) &&
          <><dt>Answers</dt><dd>{request.votes.filter((vote) => vote.approves).length} of {request.approvers_needed} approvals<ul>{request.votes.map((vote) => <Answer key={vote.by} vote={vote} />)}</ul></dd></>}
      </dl>
      {isPending && (onAct === null
        ? <p>To answer, open the dashboard of a member that is up.</p>
        : <p class="buttons">
            <button type="button" class="danger" onClick={() => onAct(approve(request))}>Approve {request.candidate}…</button>
            <button type="button" onClick={() => onAct(reject(request))}>Reject…</button>
          </p>)}
    </article>
  );
}

function Answer({ vote }: { vote: Vote }): VNode {
  return <li>{vote.approves ? '✓' : '✕'} <b>{vote.by}</b> {vote.approves ? 'approved' : 'rejected'} at {clock(vote.at)}{vote.comment !== undefined && `: “${vote.comment}”`}</li>;
}

function lag(request: Approval): string {
  const parts = [
    request.lag_bytes === undefined ? '' : bytes(request.lag_bytes),
    request.lag_seconds === undefined ? '' : `newest commit ${duration(request.lag_seconds)} old`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
