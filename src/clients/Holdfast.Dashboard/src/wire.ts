// The bodies of the REST interface, as src/wire/Holdfast.Api.Contracts has them.

export type Level = 'well' | 'attention' | 'trouble';

export interface Verdict {
  level: Level;
  sentence: string;
  ask?: string;
}

export interface Member {
  name: string;
  role: string;
  state: string;
  api_url: string;
  host?: string;
  port?: number;
  timeline?: number;
  pending_restart?: boolean;
  tags?: Record<string, unknown>;
  lag?: number | 'unknown';
  group_state?: string;
  group_backlog?: number;
  group_conflicts?: number;
  slows_group?: boolean;
}

export interface Cluster {
  scope: string;
  members: Member[];
  pause?: boolean;
  scheduled_switchover?: { at: string; from?: string; to?: string };
}

export interface Vote {
  by: string;
  approves: boolean;
  at: string;
  via: string;
  comment?: string;
}

export interface Approval {
  id: string;
  state: 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'done';
  term: number;
  former?: string;
  reason: string;
  candidate: string;
  choice: string;
  runners_up: { name: string; why: string }[];
  lag_bytes?: number;
  lag_seconds?: number;
  worst_loss: string;
  asked_at: string;
  expires_at?: string;
  approvers_needed: number;
  escalation: number;
  votes: Vote[];
  outcome?: string;
}

export interface Decision {
  at: string;
  concern: string;
  rule: string;
  reason: string;
  actions: string[];
  inputs: string;
  repeats: number;
}

export interface Status {
  name: string;
  version: string;
  role: string;
  state: string;
  leader?: string;
  term?: number;
  holds_lease: boolean;
  fences: Record<string, boolean>;
  pause: boolean;
  store: { is_known: boolean };
  job?: { kind: string; state: string; progress: string };
  disk?: { free_bytes: number; total_bytes: number };
  synchronous_standbys?: string[];
  trouble?: string;
  warnings: string[];
}

export interface Overview {
  at: string;
  verdict: Verdict;
  sign_in: 'password' | 'certificate' | 'name';
  cluster: Cluster;
  missing: { name: string; seconds_ago: number }[];
  approvals: { strategy: string; approvals: Approval[] };
  status: Status;
  decisions: Decision[];
}

export const isLeader = (member: Member): boolean => member.role === 'leader' || member.role === 'standby_leader';

/** Where a member serves its REST interface, as a browser writes an origin. */
export function originOf(member: Member): string | null {
  try {
    return new URL(member.api_url).origin;
  } catch {
    return null;
  }
}
