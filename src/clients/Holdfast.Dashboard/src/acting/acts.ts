import type { Approval, Cluster } from '../wire';
import type { Act } from './act';

export function approve(request: Approval): Act {
  return {
    title: `Approve ${request.candidate}?`,
    words: [`${request.candidate} becomes the leader and takes writes at once.`, `It would lose ${request.worst_loss}.`],
    confirm: `Approve ${request.candidate}`,
    isDangerous: true,
    takesComment: true,
    method: 'POST',
    path: `holdfast/v1/approvals/${encodeURIComponent(request.id)}/approve`,
    body: {},
  };
}

export function reject(request: Approval): Act {
  return {
    title: `Reject ${request.candidate}?`,
    words: [`${request.candidate} does not lead. Writes are refused until ${request.former ?? 'the lost leader'} is back or you name another leader.`],
    confirm: `Reject ${request.candidate}`,
    isDangerous: true,
    takesComment: true,
    method: 'POST',
    path: `holdfast/v1/approvals/${encodeURIComponent(request.id)}/reject`,
    body: {},
  };
}

export function pause(cluster: Cluster): Act {
  return {
    title: `Pause ${cluster.scope}?`,
    words: ['Nothing is promoted, started or stopped until you resume. A leader that is lost meanwhile is not replaced.'],
    confirm: 'Pause',
    isDangerous: true,
    takesComment: false,
    method: 'PATCH',
    path: 'config',
    body: { pause: true },
  };
}

export function resume(cluster: Cluster): Act {
  return {
    title: `Resume ${cluster.scope}?`,
    words: ['The agents act again at once: a lost leader is replaced, a stopped database is started.'],
    confirm: 'Resume',
    isDangerous: false,
    takesComment: false,
    method: 'PATCH',
    path: 'config',
    body: { pause: null },
  };
}

export function switchover(leader: string, candidate: string): Act {
  return {
    title: `Switch over to ${candidate}?`,
    words: [`${leader} stops politely, ${candidate} gets its last byte and leads. Nothing is lost; writes wait or fail for some seconds.`],
    confirm: `Switch over to ${candidate}`,
    isDangerous: true,
    takesComment: false,
    method: 'POST',
    path: 'switchover',
    body: { leader, candidate },
  };
}

export function failover(candidate: string): Act {
  return {
    title: `Fail over to ${candidate}?`,
    words: [`${candidate} leads without a planned handover. What it has not received is lost.`],
    confirm: `Fail over to ${candidate}`,
    isDangerous: true,
    takesComment: false,
    method: 'POST',
    path: 'failover',
    body: { candidate },
  };
}
