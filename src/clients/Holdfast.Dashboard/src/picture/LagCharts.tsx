import type { VNode } from 'preact';
import { amount, bytes } from '../words';
import { keptMs, lines, type Sample, type Samples } from './samples';

const width = 260;
const height = 48;

export function LagCharts({ samples, nowMs, isGroup }: { samples: Samples; nowMs: number; isGroup: boolean }): VNode | null {
  return samples.size === 0 ? null : (
    <section aria-labelledby="lag">
      <h2 id="lag">{isGroup ? 'Waiting to be applied' : 'Lag'} <small>last {keptMs / 60_000} minutes</small></h2>
      <div class="charts">
        {[...samples].sort(([one], [other]) => one.localeCompare(other)).map(([name, kept]) => <Chart key={name} name={name} kept={kept} nowMs={nowMs} isGroup={isGroup} />)}
      </div>
    </section>
  );
}

function Chart({ name, kept, nowMs, isGroup }: { name: string; kept: readonly Sample[]; nowMs: number; isGroup: boolean }): VNode {
  const words = (value: number | null | undefined): string => (value === null || value === undefined ? 'unknown' : isGroup ? amount(value) : bytes(value));
  const most = Math.max(0, ...kept.map((sample) => sample.value ?? 0));
  const now = words(kept.at(-1)?.value);
  return (
    <figure class="chart">
      <figcaption><b>{name}</b> <span>{now}</span> <small>at most {words(most)}</small></figcaption>
      <svg viewBox={`0 -2 ${width} ${height + 4}`} preserveAspectRatio="none" role="img" aria-label={`${name}: now ${now}, at most ${words(most)}`}>
        <path class="ground" d={`M0 ${height}H${width}`} />
        {lines(kept, nowMs, most, width, height).map((points, index) => <polyline key={index} points={points} />)}
      </svg>
    </figure>
  );
}
