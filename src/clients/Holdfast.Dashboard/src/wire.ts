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
  /** Absent where this agent has no probe. */
  probe?: { state: 'waiting' | 'served' | 'failing'; trouble?: string };
  job?: { kind: string; state: string; progress: string };
  disk?: { free_bytes: number; total_bytes: number };
  synchronous_standbys?: string[];
  trouble?: string;
  warnings: string[];
}

export type Severity = 'info' | 'warning' | 'critical';

export interface Alert {
  /** What it is acknowledged by. */
  id: string;
  name: string;
  /** A member's name; empty for the cluster. */
  subject: string;
  severity: Severity;
  state: 'pending' | 'firing' | 'silenced' | 'acknowledged';
  summary: string;
  since: string;
  firing_since?: string;
  runbook?: string;
  acknowledged_by?: string;
  acknowledged_comment?: string;
  when?: string;
  value?: number;
}

/** Until when nobody is told of what; without a rule of any, without a member of any and of the cluster. */
export interface Silence {
  id: string;
  rule?: string;
  member?: string;
  ends_at: string;
  by: string;
  comment: string;
}

/** What the clients of one member’s router meet. */
export interface Probe {
  member: string;
  write_median_seconds?: number;
  write_slowest_seconds?: number;
  last_outage?: { since: string; seconds: number; is_over: boolean };
  /** From 0 to 1. */
  availability?: number;
  /** Up to 1; below 0 when it is overdrawn. */
  budget_left?: number;
}

export interface AlertRule {
  name: string;
  when: string;
  for_seconds: number;
  severity: Severity;
  summary: string;
}

export interface AuditEntry {
  number: number;
  at: string;
  kind: string;
  who: string;
  what: string;
  details?: Record<string, string>;
}

export interface AuditTrail {
  entries: AuditEntry[];
  /** Logins and refused requests; older agents have them among the entries. */
  attempts?: AuditEntry[];
  is_whole?: boolean;
  problem?: string;
}

export interface ClusterSummary {
  scope: string;
  verdict: Verdict;
  engine: string;
  leader?: string;
  members: number;
  lost: string[];
  worst_lag_bytes?: number;
  worst_backlog?: number;
  awaits_approval?: string;
  alerts: number;
  worst_alert?: Severity;
  pause?: boolean;
  dashboard?: string;
}

export interface ClusterList {
  scope: string;
  namespace?: string;
  note?: string;
  clusters: ClusterSummary[];
}

/** What a change needs. */
export type SignIn = 'password' | 'token' | 'certificate' | 'name';

export interface Overview {
  at: string;
  verdict: Verdict;
  sign_in: SignIn;
  cluster: Cluster;
  missing: { name: string; seconds_ago: number }[];
  approvals: { strategy: string; approvals: Approval[] };
  alerts: Alert[];
  silences: Silence[];
  probes: Probe[];
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
