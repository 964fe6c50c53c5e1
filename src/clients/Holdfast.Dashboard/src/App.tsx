import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ActDialog } from './acting/ActDialog';
import { pause, resume } from './acting/acts';
import type { Act } from './acting/act';
import type { Identity } from './acting/identity';
import { LagCharts } from './picture/LagCharts';
import { withSample, type Samples } from './picture/samples';
import { Topology } from './picture/Topology';
import { Agent } from './sections/Agent';
import { Approvals } from './sections/Approvals';
import { Banner, marks, verdictOf } from './sections/Banner';
import { Decisions } from './sections/Decisions';
import { Leaders } from './sections/Leaders';
import { Members } from './sections/Members';
import { Warnings } from './sections/Warnings';
import { follow, type Live } from './stream/connection';
import { clock } from './words';

const sampleEveryMs = 2_000;

export function App({ root }: { root: string }): VNode {
  const [live, setLive] = useState<Live>({ overview: null, from: root, isOwn: true, lostAt: Date.now(), clockAheadMs: 0 });
  const [nowMs, setNow] = useState(Date.now());
  const [samples, setSamples] = useState<Samples>(new Map());
  const [act, setAct] = useState<Act | null>(null);
  const [said, setSaid] = useState('');
  const [identity, setIdentity] = useState<Identity | null>(null);

  useEffect(() => void follow(root, setLive), [root]);
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(tick);
  }, []);
  const { overview } = live;
  useEffect(() => {
    const sample = (): void => {
      if (overview !== null && live.lostAt === null) {
        setSamples((kept) => withSample(kept, overview, Date.now()));
      }
    };
    sample();
    const again = setInterval(sample, sampleEveryMs);
    return () => clearInterval(again);
  }, [overview, live.lostAt]);

  const verdict = verdictOf(live, nowMs);
  useEffect(() => {
    document.title = `${marks[verdict.level]} ${overview?.cluster.scope ?? ''} – Holdfast`;
  }, [verdict.level, overview?.cluster.scope]);

  const canAct = overview !== null && live.isOwn && live.lostAt === null;
  return (
    <>
      <header>
        <h1><span class="brand">Holdfast</span> {overview?.cluster.scope}</h1>
        {overview !== null && <p>{live.lostAt === null ? `live from ${overview.status.name}` : 'not live'}, <time>{clock(new Date(nowMs).toISOString())}</time></p>}
      </header>
      <main>
        <Banner verdict={verdict} live={live} nowMs={nowMs} />
        {said !== '' && <p class="said" role="status">✓ {said} <button type="button" class="link" onClick={() => setSaid('')}>Dismiss</button></p>}
        {overview !== null && !live.isOwn && live.lostAt === null && <p class="said">▲ This page’s agent does not answer; this is what {overview.status.name} says. To change something, <a href={`${live.from}dashboard/`}>open the dashboard of {overview.status.name}</a>.</p>}
        {overview !== null && (
          <>
            {overview.approvals.approvals.some((request) => request.state === 'pending') && <Approvals requests={overview.approvals.approvals} nowMs={nowMs - live.clockAheadMs} onAct={canAct ? setAct : null} />}
            <div class="columns">
              <section aria-labelledby="cluster">
                <h2 id="cluster">Cluster</h2>
                <Topology overview={overview} />
                {overview.cluster.scheduled_switchover !== undefined && <p>▲ A switchover is scheduled for {overview.cluster.scheduled_switchover.at}.</p>}
                <p class="buttons"><button type="button" disabled={!canAct} onClick={() => setAct(overview.cluster.pause ? resume(overview.cluster) : pause(overview.cluster))}>{overview.cluster.pause ? 'Resume…' : 'Pause…'}</button></p>
              </section>
              <Agent overview={overview} />
            </div>
            <Members overview={overview} onAct={canAct ? setAct : null} />
            <Warnings status={overview.status} />
            {!overview.approvals.approvals.some((request) => request.state === 'pending') && <Approvals requests={overview.approvals.approvals} nowMs={nowMs - live.clockAheadMs} onAct={null} />}
            <div class="columns">
              <Decisions decisions={overview.decisions} name={overview.status.name} />
              <div>
                <Leaders root={live.from} leader={overview.status.leader ?? ''} term={overview.status.term ?? 0} />
                <LagCharts samples={samples} nowMs={nowMs} isGroup={overview.cluster.members.some((member) => member.group_state !== undefined)} />
              </div>
            </div>
          </>
        )}
      </main>
      {act !== null && overview !== null && (
        <ActDialog act={act} root={root} signIn={overview.sign_in} identity={identity} onIdentity={setIdentity}
          onEnd={(words) => { setAct(null); setSaid(words ?? ''); }} />
      )}
    </>
  );
}
