import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ActDialog } from './acting/ActDialog';
import type { Act } from './acting/act';
import type { Identity } from './acting/identity';
import { SignIn } from './acting/SignIn';
import { ClusterPage } from './ClusterPage';
import { Fleet } from './fleet/Fleet';
import { withOutages, type Outages } from './picture/outages';
import { noHistories, withOverview, type Histories } from './picture/samples';
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
  const [histories, setHistories] = useState<Histories>(noHistories);
  const [outages, setOutages] = useState<Outages>(new Map());
  const [act, setAct] = useState<Act | null>(null);
  const [said, setSaid] = useState('');
  const [identity, setIdentity] = useState<Identity | null>(null);
  const opener = useRef<Element | null>(null);
  const word = useRef<HTMLParagraphElement>(null);
  const main = useRef<HTMLElement>(null);

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
        setHistories((kept) => withOverview(kept, overview, Date.now()));
      }
    };
    sample();
    const again = setInterval(sample, sampleEveryMs);
    return () => clearInterval(again);
  }, [overview, live.lostAt]);

  useEffect(() => {
    if (overview !== null) {
      setOutages((kept) => withOutages(kept, overview));
    }
  }, [overview]);

  const verdict = verdictOf(live, nowMs);
  const scope = overview?.cluster.scope ?? '';
  useEffect(() => {
    if (route === 'cluster') {
      document.title = `${marks[verdict.level]} ${scope} – Holdfast`;
    }
  }, [route, verdict.level, scope]);

  const begin = (next: Act): void => {
    opener.current = document.activeElement;
    setAct(next);
  };
  useEffect(() => {
    if (act === null && opener.current !== null) {
      // What was done often takes its button away: the keyboard goes on from what was said of it.
      const next = word.current ?? (opener.current.isConnected ? (opener.current as HTMLElement) : main.current);
      opener.current = null;
      next?.focus();
    }
  }, [act]);
  const canAct = overview !== null && live.isOwn && live.lostAt === null;
  return (
    <>
      <header>
        <h1><span class="brand">Holdfast</span> {route === 'cluster' ? scope : 'clusters'}</h1>
        <nav aria-label="Pages">{route === 'cluster' ? <a href={addressOf.clusters}>All clusters</a> : <a href={addressOf.cluster}>← {scope || 'This cluster'}</a>}</nav>
        {overview !== null && <p>{live.lostAt === null ? `live from ${overview.status.name}` : 'not live'}, <time>{clock(new Date(nowMs).toISOString())}</time></p>}
      </header>
      <main ref={main} tabIndex={-1}>
        {refusal !== null && (live.lostAt !== null || route === 'clusters') ? <SignIn words={refusal.words} onIdentity={signIn} /> : route === 'clusters' ? <Fleet root={live.from} /> : (
          <>
            <Banner verdict={verdict} live={live} nowMs={nowMs} />
            {said !== '' && <p ref={word} tabIndex={-1} class="said" role="status">✓ {said} <button type="button" class="link" onClick={() => { setSaid(''); main.current?.focus(); }}>Dismiss</button></p>}
            {overview !== null && !live.isOwn && live.lostAt === null && <p class="said">▲ This page’s agent does not answer; this is what {overview.status.name} says. To change something, <a href={`${live.from}dashboard/`}>open the dashboard of {overview.status.name}</a>.</p>}
            {overview !== null && <ClusterPage overview={overview} root={live.from} histories={histories} outages={outages} nowMs={nowMs} agentMs={nowMs - live.clockAheadMs} onAct={canAct ? begin : null} />}
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
