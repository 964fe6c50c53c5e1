import { isLeader, type Member, type Overview } from '../wire';
import { amount, bytes } from '../words';

export interface Place {
  name: string;
  member: Member | null;
  column: number;
  row: number;
}

export interface Stream {
  from: Place;
  to: Place;
  label: string;
  isFlowing: boolean;
}

export interface Tree {
  places: Place[];
  streams: Stream[];
  columns: number;
  rows: number;
}

/** Who streams from whom: the leader first, under it those that follow it, and below them those that follow them. Lost members come last. */
export function treeOf(overview: Overview): Tree {
  const members = overview.cluster.members;
  const places: Place[] = [];
  const streams: Stream[] = [];
  const leader = members.find(isLeader) ?? null;
  let rows = 0;
  const isPlaced = (member: Member): boolean => places.some((place) => place.name === member.name);

  const put = (member: Member, column: number, from: Place | null): void => {
    const place: Place = { name: member.name, member, column, row: rows };
    places.push(place);
    if (from !== null) {
      streams.push({ from, to: place, label: label(member), isFlowing: flows(member) });
    }
    const followers = members.filter((other) => !isPlaced(other) && upstream(other, members, leader) === member.name);
    followers.forEach((follower) => put(follower, column + 1, place));
    if (followers.length === 0) {
      rows++;
    }
  };

  if (leader !== null) {
    put(leader, 0, null);
  }
  for (const member of members) {
    if (!isPlaced(member)) {
      put(member, leader === null ? 0 : 1, null);
    }
  }
  for (const name of missing(overview)) {
    places.push({ name, member: null, column: leader === null ? 0 : 1, row: rows++ });
  }
  return { places, streams, columns: Math.max(1, ...places.map((place) => place.column + 1)), rows: Math.max(1, rows) };
}

/** Members that were heard of lately, and the leader whose loss is asked about. */
export function missing(overview: Overview): string[] {
  const lost = overview.missing.map((member) => member.name);
  const former = overview.approvals.approvals.find((request) => request.state === 'pending')?.former;
  const isKnown = (name: string): boolean => overview.cluster.members.some((member) => member.name === name);
  return [...new Set(former === undefined ? lost : [...lost, former])].filter((name) => !isKnown(name)).sort();
}

function upstream(member: Member, members: Member[], leader: Member | null): string | null {
  const wished = member.tags?.['replicatefrom'];
  const isThere = members.some((other) => other.name === wished && other.name !== member.name);
  return isThere ? String(wished) : leader !== null && !isLeader(member) ? leader.name : null;
}

const flows = (member: Member): boolean => (member.group_state === undefined ? member.state === 'streaming' : member.group_state === 'ONLINE');

function label(member: Member): string {
  if (!flows(member)) {
    return 'does not follow';
  }
  if (member.group_backlog !== undefined) {
    return `${amount(member.group_backlog)} to apply`;
  }
  return typeof member.lag === 'number' ? (member.lag === 0 ? 'no lag' : `${bytes(member.lag)} lag`) : 'lag unknown';
}
