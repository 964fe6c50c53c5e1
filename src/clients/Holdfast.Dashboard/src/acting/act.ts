import { headersOf, type Identity } from './identity';

/** A change that a person can ask for, with what it means. */
export interface Act {
  title: string;
  /** What it does and what it costs, a paragraph each. */
  words: string[];
  confirm: string;
  isDangerous: boolean;
  takesComment: boolean;
  method: 'POST' | 'PATCH';
  path: string;
  body: Record<string, unknown>;
}

export interface Answer {
  isDone: boolean;
  mustSignIn: boolean;
  words: string;
}

/** Asks the page's own agent. The browser's own password prompt stays out of it. */
export async function perform(root: string, act: Act, comment: string, identity: Identity | null): Promise<Answer> {
  try {
    const response = await fetch(root + act.path, {
      method: act.method,
      headers: { 'Content-Type': 'application/json', 'Holdfast-Via': 'dashboard', ...headersOf(identity) },
      body: JSON.stringify(comment === '' ? act.body : { ...act.body, comment }),
      credentials: 'omit',
      cache: 'no-store',
    });
    const words = wordsOf((await response.text()).trim());
    return { isDone: response.ok, mustSignIn: response.status === 401, words: response.status === 401 && identity?.by !== 'token' ? notAccepted(identity) : words };
  } catch {
    return { isDone: false, mustSignIn: false, words: 'The agent did not answer: it is not known whether this was done. Look before you try again.' };
  }
}

const notAccepted = (identity: Identity | null): string => (identity?.by === 'password' ? 'This name and password are not accepted.' : 'Sign in first.');

/** The agent's words as they come; of a problem document, what it says to people. */
function wordsOf(text: string): string {
  if (!text.startsWith('{')) {
    return text;
  }
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? '';
  } catch {
    return text;
  }
}
