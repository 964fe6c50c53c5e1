import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SignIn } from '../wire';
import { bodyOf, perform, type Act, type Choice } from './act';
import type { Identity } from './identity';

export type Way = 'password' | 'token';

interface Props {
  act: Act;
  root: string;
  signIn: SignIn;
  identity: Identity | null;
  onIdentity: (identity: Identity | null) => void;
  onEnd: (words: string | null) => void;
}

/** Says what a change means, asks who wants it, and carries it out. */
export function ActDialog({ act, root, signIn, identity, onIdentity, onEnd }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState(identity !== null && identity.by !== 'token' ? identity.name : '');
  const [password, setPassword] = useState('');
  const [token, setToken] = useState('');
  const [way, setWay] = useState<Way>(signIn === 'token' || identity?.by === 'token' ? 'token' : 'password');
  const [comment, setComment] = useState('');
  const [chosen, setChosen] = useState<number[]>((act.choices ?? []).map(() => 0));
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [isRefused, setRefused] = useState(false);
  const mustSignIn = isRefused || ((signIn === 'password' || signIn === 'token') && (identity === null || identity.by === 'name'));
  useEffect(() => dialog.current?.showModal(), []);

  const signedIn = (): Identity => (way === 'token' ? { by: 'token', token } : { by: 'password', name, password });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy) {
      return;
    }
    const who = mustSignIn ? signedIn() : signIn === 'name' ? { by: 'name' as const, name } : identity;
    setBusy(true);
    const answer = await perform(root, act, bodyOf(act, chosen, comment.trim()), who);
    setBusy(false);
    onIdentity(answer.mustSignIn ? null : who);
    setRefused(answer.mustSignIn);
    if (answer.isDone) {
      onEnd(answer.words || `${act.confirm}: done`);
    } else {
      setTrouble(answer.words);
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby="act" onCancel={(event) => { event.preventDefault(); onEnd(null); }}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="act">{act.title}</h2>
        {act.words.map((words) => <p key={words}>{words}</p>)}
        {act.choices?.map((choice, index) => <Chooser key={choice.label} choice={choice} chosen={chosen[index] ?? 0} onChoose={(option) => setChosen(chosen.with(index, option))} />)}
        {signIn === 'name' && !mustSignIn && <Field label="Your name" value={name} onInput={setName} isNeeded autocomplete="name" note="It is written down as you say it: this agent has no passwords." />}
        {mustSignIn && signIn !== 'token' && <Ways way={way} onWay={setWay} />}
        {mustSignIn && way === 'password' && <Field label="Name" value={name} onInput={setName} isNeeded autocomplete="username" />}
        {mustSignIn && way === 'password' && <Field label="Password" value={password} onInput={setPassword} isNeeded autocomplete="current-password" isSecret note={kept} />}
        {mustSignIn && way === 'token' && <Field label="Token" value={token} onInput={setToken} isNeeded autocomplete="off" isSecret note={kept} />}
        {act.takesComment && <Field label="Comment" value={comment} onInput={setComment} autocomplete="off" note="Optional. Everybody who looks here sees it." />}
        {trouble !== '' && <p class="trouble" role="alert">✕ {trouble}</p>}
        <p class="buttons">
          <button type="submit" class={act.isDangerous ? 'danger' : 'main'} aria-disabled={isBusy}>{isBusy ? 'Working…' : act.confirm}</button>
          <button type="button" onClick={() => onEnd(null)}>Cancel</button>
        </p>
      </form>
    </dialog>
  );
}

export const kept = 'Kept in this page until you close it, and nowhere else.';

export function Ways({ way, onWay }: { way: Way; onWay: (way: Way) => void }): VNode {
  return (
    <fieldset class="ways">
      <legend>Sign in with</legend>
      {([['password', 'Name and password'], ['token', 'Token']] as const).map(([value, words]) => (
        <label key={value}><input type="radio" name="way" value={value} checked={way === value} onChange={() => onWay(value)} /> {words}</label>
      ))}
    </fieldset>
  );
}

function Chooser({ choice, chosen, onChoose }: { choice: Choice; chosen: number; onChoose: (option: number) => void }): VNode {
  return (
    <label>
      {choice.label}
      <select name={nameOf(choice.label)} value={chosen} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {choice.options.map((option, index) => <option key={option.words} value={index}>{option.words}</option>)}
      </select>
    </label>
  );
}

const nameOf = (label: string): string => label.toLowerCase().replaceAll(' ', '-');

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  autocomplete: string;
  isNeeded?: boolean;
  isSecret?: boolean;
  note?: string;
}

export function Field({ label, value, onInput, autocomplete, isNeeded, isSecret, note }: FieldProps): VNode {
  const common = {
    name: nameOf(label),
    value,
    required: isNeeded ?? false,
    maxLength: 1000,
    autoComplete: autocomplete,
    onInput: (event: InputEvent) => onInput((event.currentTarget as HTMLInputElement).value),
  };
  return (
    <label>
      {label}
      {isSecret ? <input type="password" {...common} /> : <input type="text" {...common} />}
      {note !== undefined && <small>{note}</small>}
    </label>
  );
}
