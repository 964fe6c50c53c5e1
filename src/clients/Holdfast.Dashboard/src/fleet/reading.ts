import { useEffect, useState } from 'preact/hooks';
import { read } from '../stream/reading';
import type { ClusterList } from '../wire';

export interface FleetReading {
  list: ClusterList | null;
  /** Since when nobody answers, in the browser's milliseconds; null while somebody does. */
  lostAt: number | null;
}

// The agent reads its store no more often than that.
const readEveryMs = 2_500;

/** Reads the clusters again and again while the page is looked at, and nothing while it is not: the store is read for it. */
export function useClusters(root: string): FleetReading {
  const [reading, setReading] = useState<FleetReading>({ list: null, lostAt: null });
  useEffect(() => {
    const ended = new AbortController();
    void follow(root, ended.signal, (change) => setReading((before) => ({ ...before, ...change })));
    return () => ended.abort();
  }, [root]);
  return reading;
}

async function follow(root: string, ended: AbortSignal, onChange: (change: Partial<FleetReading>) => void): Promise<void> {
  let tag = '';
  for (let isLost = false; !ended.aborted; await pause(readEveryMs, ended)) {
    try {
      const answer = await read(`${root}holdfast/v1/clusters`, { signal: ended, headers: tag === '' ? {} : { 'If-None-Match': tag } });
      if (answer.ok) {
        tag = answer.headers.get('ETag') ?? '';
        onChange({ list: (await answer.json()) as ClusterList, lostAt: null });
      } else if (answer.status === 304) {
        onChange({ lostAt: null });
      } else {
        throw new Error(answer.statusText);
      }
      isLost = false;
    } catch {
      if (!isLost && !ended.aborted) {
        onChange({ lostAt: Date.now() });
        isLost = true;
      }
    }
  }
}

/** Ends when the time is over and somebody looks. */
async function pause(ms: number, ended: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  while (document.visibilityState === 'hidden' && !ended.aborted) {
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
  }
}
