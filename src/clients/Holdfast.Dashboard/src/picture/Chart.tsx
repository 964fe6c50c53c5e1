import type { ComponentChildren, VNode } from 'preact';
import { lines, placeOf, type Sample } from './samples';

const width = 260;
const height = 48;
const markWidthMin = 2;

interface Props {
  /** What a person reads who does not see it. */
  label: string;
  /** One line each, in the order in which they are drawn. */
  series: { kept: readonly Sample[]; kind: 'main' | 'faint' }[];
  valueMax: number;
  nowMs: number;
  /** Stretches of time that are marked. */
  marks?: { fromMs: number; toMs: number }[];
  children: ComponentChildren;
}

/** The last minutes of some figures, in little room. */
export function Chart({ label, series, valueMax, nowMs, marks = [], children }: Props): VNode {
  return (
    <figure class="chart">
      <figcaption>{children}</figcaption>
      <svg viewBox={`0 -2 ${width} ${height + 4}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {marks.map(({ fromMs, toMs }) => <rect key={fromMs} class="outage" {...band(fromMs, toMs, nowMs)} y="-2" height={height + 4} />)}
        <path class="ground" d={`M0 ${height}H${width}`} />
        {series.map(({ kept, kind }) => lines(kept, nowMs, valueMax, width, height).map((points, index) => <polyline key={`${kind} ${index}`} class={kind} points={points} />))}
      </svg>
    </figure>
  );
}

/** What is left of it in the drawing, wide enough to be seen. */
function band(fromMs: number, toMs: number, nowMs: number): { x: number; width: number } {
  const x = Math.max(0, placeOf(fromMs, nowMs, width));
  return { x, width: Math.max(markWidthMin, placeOf(toMs, nowMs, width) - x) };
}
