import { originOf, type Overview } from '../wire';
import { eventReader } from './events';
import { anotherReader, read } from './reading';

export interface Live {
  overview: Overview | null;
  /** Which agent's stream it is: the root of its REST interface. */
  from: string;
  /** The page's own agent, which alone takes changes. */
  isOwn: boolean;
  /** Since when nobody answers, in the browser's milliseconds; null while somebody does. */
  lostAt: number | null;
  /** The browser's clock minus the agent's, in milliseconds. */
  clockAheadMs: number;
}

const pathOfEvents = 'holdfast/v1/events';
// An agent says something every five seconds.
const silenceMsMax = 12_000;
const firstAnswerMsMax = 3_000;
const pauseMs = 500;
const lookForOwnEveryMs = 4_000;

/** Reads events from this page's agent, or while that one does not answer, from the others that are known. */
export async function follow(own: string, onChange: (live: Live) => void): Promise<never> {
  let live: Live = { overview: null, from: own, isOwn: true, lostAt: Date.now(), clockAheadMs: 0 };
  const show = (change: Partial<Live>): void => onChange((live = { ...live, ...change }));
  for (;;) {
    for (const root of agents(own, live.overview)) {
      const before = live;
      await readFrom(root, root !== own ? own : null, (overview) =>
        show({ overview, from: root, isOwn: root === own, lostAt: null, clockAheadMs: Date.now() - Date.parse(overview.at) }));
      if (live !== before) {
        // It has answered: what comes after it begins with the own agent again.
        break;
      }
    }
    show({ lostAt: live.lostAt ?? Date.now() });
    await anotherReader();
    await pause(pauseMs);
  }
}

/** The page's own agent, and then the others by name. */
export function agents(own: string, overview: Overview | null): string[] {
  const others = (overview?.cluster.members ?? []).map(originOf).filter((origin) => origin !== null).map((origin) => `${origin}/`);
  return [...new Set([own, ...others])];
}

/** Ends when the stream does, when it is silent for too long, or when the agent that is preferred to it is back. */
async function readFrom(root: string, preferred: string | null, onOverview: (overview: Overview) => void): Promise<void> {
  const ended = new AbortController();
  let silence = setTimeout(() => ended.abort(), firstAnswerMsMax);
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => ended.abort(), silenceMsMax);
  };
  const look = preferred === null ? undefined : setInterval(() => void abortIfThere(preferred, ended), lookForOwnEveryMs);
  try {
    const response = await read(root + pathOfEvents, { signal: ended.signal });
    if (!response.ok || response.body === null) {
      return;
    }
    const take = eventReader((data) => onOverview(overviewOf(data)));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      heard();
      take(part.value);
    }
  } catch {
    // An agent that is gone is what the next one in the list is for; that nobody answers is shown.
  } finally {
    clearTimeout(silence);
    clearInterval(look);
    ended.abort();
  }
}

/** An agent of an earlier version does not say all of it. */
const overviewOf = (data: string): Overview => ({ silences: [], probes: [], ...(JSON.parse(data) as Partial<Overview>) }) as Overview;

async function abortIfThere(root: string, current: AbortController): Promise<void> {
  try {
    const answer = await read(`${root}holdfast/v1/status`, { signal: AbortSignal.timeout(firstAnswerMsMax) });
    if (answer.ok) {
      current.abort();
    }
  } catch {
    // It is still away.
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
