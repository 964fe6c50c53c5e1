import { headersOf, type Identity } from './identity';

/** A change that a person can ask for, with what it means. */
export interface Act {
  title: string;
  /** What it does and what it costs, a paragraph each. */
  words: string[];
  confirm: string;
  isDangerous: boolean;
  takesComment: boolean;
  /** What is to be chosen before it can be done. */
  choices?: Choice[];
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body: Record<string, unknown>;
}

/** One of several; the first is meant unless another is chosen. */
export interface Choice {
  label: string;
  options: { words: string; body: Record<string, unknown> }[];
}

/** What is sent: the act's own, what was chosen by its place in each choice, and a comment where there is one. */
export function bodyOf(act: Act, chosen: readonly number[], comment: string): Record<string, unknown> {
  const choices = (act.choices ?? []).map((choice, index) => choice.options[chosen[index] ?? 0]?.body ?? {});
  return Object.assign({}, act.body, ...choices, comment === '' ? {} : { comment }) as Record<string, unknown>;
}

export interface Answer {
  isDone: boolean;
  mustSignIn: boolean;
  words: string;
}

/** Asks the page's own agent. The browser's own password prompt stays out of it. */
export async function perform(root: string, act: Act, body: Record<string, unknown>, identity: Identity | null): Promise<Answer> {
  try {
    const response = await fetch(root + act.path, {
      method: act.method,
      headers: { 'Content-Type': 'application/json', 'Holdfast-Via': 'dashboard', ...headersOf(identity) },
      body: JSON.stringify(body),
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
