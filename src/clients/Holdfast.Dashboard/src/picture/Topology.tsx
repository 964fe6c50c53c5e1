import type { VNode } from 'preact';
import { isLeader, type Overview } from '../wire';
import { role } from '../words';
import { treeOf, type Place, type Stream, type Tree } from './tree';

const box = { width: 156, height: 52 };
const gap = { x: 96, y: 16 };

export function Topology({ overview }: { overview: Overview }): VNode {
  const tree = treeOf(overview);
  const width = tree.columns * box.width + (tree.columns - 1) * gap.x + 4;
  const height = tree.rows * (box.height + gap.y) - gap.y + 4;
  return (
    <svg class="topology" viewBox={`-2 -2 ${width} ${height}`} width={width * 1.25} role="img" aria-label={inWords(tree)}>
      {tree.streams.map((stream) => <Edge key={stream.to.name} stream={stream} />)}
      {tree.places.map((place) => <Box key={place.name} place={place} />)}
    </svg>
  );
}

function Edge({ stream }: { stream: Stream }): VNode {
  const start = { x: left(stream.from) + box.width, y: top(stream.from) + box.height / 2 };
  const end = { x: left(stream.to), y: top(stream.to) + box.height / 2 };
  const bend = start.x + 14;
  return (
    <g class={stream.isFlowing ? 'edge' : 'edge broken'}>
      <path d={`M${start.x} ${start.y}H${bend}V${end.y}H${end.x - 7}`} />
      <path class="head" d={`M${end.x - 1} ${end.y}l-7 -4v8z`} />
      <text x={(bend + end.x) / 2} y={end.y - 6}>{stream.label}</text>
    </g>
  );
}

function Box({ place }: { place: Place }): VNode {
  const kind = place.member === null ? 'lost' : isLeader(place.member) ? 'leader' : 'follower';
  return (
    <g class={`place ${kind}`} transform={`translate(${left(place)} ${top(place)})`}>
      <rect width={box.width} height={box.height} rx="8" />
      <text class="name" x="12" y="22">{place.name}</text>
      <text class="role" x="12" y="40">{roleOf(place)}</text>
    </g>
  );
}

const left = (place: Place): number => place.column * (box.width + gap.x);
const top = (place: Place): number => place.row * (box.height + gap.y);
const roleOf = (place: Place): string => (place.member === null ? '✕ lost' : isLeader(place.member) ? `★ ${role(place.member.role)}` : role(place.member.role));

function inWords(tree: Tree): string {
  const streams = tree.streams.map((stream) => `${stream.to.name} follows ${stream.from.name}, ${stream.label}`);
  const alone = tree.places.filter((place) => place.member === null).map((place) => `${place.name} is lost`);
  return [...tree.places.filter((place) => place.member !== null && isLeader(place.member)).map((place) => `${place.name} leads`), ...streams, ...alone].join('; ');
}
