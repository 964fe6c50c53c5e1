import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ActDialog } from './acting/ActDialog';
import type { Act } from './acting/act';
import type { Identity } from './acting/identity';
import { SignIn } from './acting/SignIn';
import { ClusterPage } from './ClusterPage';
import { Fleet } from './fleet/Fleet';
import { withSample, type Samples } from './picture/samples';
import { addressOf, useRoute } from './route';
import { Banner, marks, verdictOf } from './sections/Banner';
import { follow, type Live } from './stream/connection';
import { readAs, whenRefused, type Refusal } from './stream/reading';
import { clock } from './words';

const sampleEveryMs = 2_000;

export function App({ root }: { root: string }): VNode {
  const [live, setLive] = useState<Live>({ overview: null, from: root, isOwn: true, lostAt: Date.now(), clockAheadMs: 0 });
  const route = useRoute();
  const [nowMs, setNow] = useState(Date.now());
  const [samples, setSamples] = useState<Samples>(new Map());
  const [act, setAct] = useState<Act | null>(null);
  const [said, setSaid] = useState('');
  const [identity, setIdentity] = useState<Identity | null>(null);

  const [refusal, setRefusal] = useState<Refusal>(null);
  const signIn = (who: Identity): void => {
    readAs(who);
    setIdentity(who);
  };

  useEffect(() => {
    whenRefused(setRefusal);
    void follow(root, setLive);
  }, [root]);
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
  const scope = overview?.cluster.scope ?? '';
  useEffect(() => {
    if (route === 'cluster') {
      document.title = `${marks[verdict.level]} ${scope} – Holdfast`;
    }
  }, [route, verdict.level, scope]);

  const canAct = overview !== null && live.isOwn && live.lostAt === null;
  return (
    <>
      <header>
        <h1><span class="brand">Holdfast</span> {route === 'cluster' ? scope : 'clusters'}</h1>
        <nav aria-label="Pages">{route === 'cluster' ? <a href={addressOf.clusters}>All clusters</a> : <a href={addressOf.cluster}>← {scope || 'This cluster'}</a>}</nav>
        {overview !== null && <p>{live.lostAt === null ? `live from ${overview.status.name}` : 'not live'}, <time>{clock(new Date(nowMs).toISOString())}</time></p>}
      </header>
      <main>
        {refusal !== null && (live.lostAt !== null || route === 'clusters') ? <SignIn words={refusal.words} onIdentity={signIn} /> : route === 'clusters' ? <Fleet root={live.from} /> : (
          <>
            <Banner verdict={verdict} live={live} nowMs={nowMs} />
            {said !== '' && <p class="said" role="status">✓ {said} <button type="button" class="link" onClick={() => setSaid('')}>Dismiss</button></p>}
            {overview !== null && !live.isOwn && live.lostAt === null && <p class="said">▲ This page’s agent does not answer; this is what {overview.status.name} says. To change something, <a href={`${live.from}dashboard/`}>open the dashboard of {overview.status.name}</a>.</p>}
            {overview !== null && <ClusterPage overview={overview} root={live.from} samples={samples} nowMs={nowMs} agentMs={nowMs - live.clockAheadMs} onAct={canAct ? setAct : null} />}
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
