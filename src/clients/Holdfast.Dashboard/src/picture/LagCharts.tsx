import type { VNode } from 'preact';
import { amount, bytes } from '../words';
import { Chart } from './Chart';
import { keptMs, most, type Sample, type Samples } from './samples';

export function LagCharts({ samples, nowMs, isGroup }: { samples: Samples; nowMs: number; isGroup: boolean }): VNode | null {
  return samples.size === 0 ? null : (
    <section aria-labelledby="lag">
      <h2 id="lag">{isGroup ? 'Waiting to be applied' : 'Lag'} <small>last {keptMs / 60_000} minutes</small></h2>
      <div class="charts">
        {[...samples].sort(([one], [other]) => one.localeCompare(other)).map(([name, kept]) => <LagChart key={name} name={name} kept={kept} nowMs={nowMs} isGroup={isGroup} />)}
      </div>
    </section>
  );
}

function LagChart({ name, kept, nowMs, isGroup }: { name: string; kept: readonly Sample[]; nowMs: number; isGroup: boolean }): VNode {
  const words = (value: number | null | undefined): string => (value === null || value === undefined ? 'unknown' : isGroup ? amount(value) : bytes(value));
  const now = words(kept.at(-1)?.value);
  return (
    <Chart label={`${name}: now ${now}, at most ${words(most(kept))}`} series={[{ kept, kind: 'main' }]} valueMax={Math.max(1, most(kept))} nowMs={nowMs}>
      <b>{name}</b> <span>{now}</span> <small>at most {words(most(kept))}</small>
    </Chart>
  );
}
