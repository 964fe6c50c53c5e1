import { headersOf, type Identity } from '../acting/identity';

/** What an agent answers to whoever may not look; null while nobody was refused. */
export type Refusal = { words: string } | null;

const askAgainMs = 10_000;

let reader: Identity | null = null;
let isRefused = false;
let onReader: () => void = () => undefined;
let onRefusal: (refusal: Refusal) => void = () => undefined;

/** Every read says from now on who reads. */
export function readAs(identity: Identity | null): void {
  reader = identity;
  onReader();
}

/** While the reader is refused: ends when somebody else reads, or after a while, since tokens and rights change. */
export async function anotherReader(): Promise<void> {
  if (isRefused) {
    await new Promise<void>((resolve) => {
      onReader = resolve;
      setTimeout(resolve, askAgainMs);
    });
  }
}

/** Who is told when an agent answers that the reader must sign in, or may not look, and when one answers otherwise again. */
export function whenRefused(told: (refusal: Refusal) => void): void {
  onRefusal = told;
}

/** Reads from an agent. The browser's own password prompt and cookies stay out of it. */
export async function read(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { ...init, credentials: 'omit', cache: 'no-store', headers: { ...init.headers, ...headersOf(reader) } });
  isRefused = answer.status === 401 || answer.status === 403;
  if (isRefused) {
    onRefusal({ words: reader === null ? '' : await answer.clone().text() });
  } else if (answer.ok) {
    onRefusal(null);
  }
  return answer;
}
