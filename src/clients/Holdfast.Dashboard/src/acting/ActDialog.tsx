import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Overview } from '../wire';
import { perform, type Act } from './act';
import type { Identity } from './identity';

interface Props {
  act: Act;
  root: string;
  signIn: Overview['sign_in'];
  identity: Identity | null;
  onIdentity: (identity: Identity | null) => void;
  onEnd: (words: string | null) => void;
}

/** Says what a change means, asks who wants it, and carries it out. */
export function ActDialog({ act, root, signIn, identity, onIdentity, onEnd }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState(identity?.name ?? '');
  const [password, setPassword] = useState('');
  const [comment, setComment] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const mustSignIn = signIn === 'password' && identity?.password == null;
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy) {
      return;
    }
    const who = mustSignIn ? { name, password } : signIn === 'name' ? { name, password: null } : identity;
    setBusy(true);
    const answer = await perform(root, act, comment.trim(), who);
    setBusy(false);
    onIdentity(answer.mustSignIn ? null : who);
    if (answer.isDone) {
      onEnd(answer.words.startsWith('{') ? `${act.confirm}: done` : answer.words || `${act.confirm}: done`);
    } else {
      setTrouble(answer.words);
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby="act" onCancel={(event) => { event.preventDefault(); onEnd(null); }}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="act">{act.title}</h2>
        {act.words.map((words) => <p key={words}>{words}</p>)}
        {signIn === 'name' && <Field label="Your name" value={name} onInput={setName} isNeeded autocomplete="name" note="It is written down as you say it: this agent has no passwords." />}
        {mustSignIn && <Field label="Name" value={name} onInput={setName} isNeeded autocomplete="username" />}
        {mustSignIn && <Field label="Password" value={password} onInput={setPassword} isNeeded autocomplete="current-password" isSecret note="Kept in this page until you close it, and nowhere else." />}
        {act.takesComment && <Field label="Comment" value={comment} onInput={setComment} autocomplete="off" note="Optional. Everybody who looks at the request sees it." />}
        {trouble !== '' && <p class="trouble" role="alert">✕ {trouble}</p>}
        <p class="buttons">
          <button type="submit" class={act.isDangerous ? 'danger' : 'main'} aria-disabled={isBusy}>{isBusy ? 'Working…' : act.confirm}</button>
          <button type="button" onClick={() => onEnd(null)}>Cancel</button>
        </p>
      </form>
    </dialog>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  autocomplete: string;
  isNeeded?: boolean;
  isSecret?: boolean;
  note?: string;
}

function Field({ label, value, onInput, autocomplete, isNeeded, isSecret, note }: FieldProps): VNode {
  const common = {
    name: label.toLowerCase().replace(' ', '-'),
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
