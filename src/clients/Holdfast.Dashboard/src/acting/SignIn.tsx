import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Field, kept, Ways, type Way } from './ActDialog';
import type { Identity } from './identity';

/** Asks who looks, where the agents tell nothing to strangers. */
export function SignIn({ words, onIdentity }: { words: string; onIdentity: (identity: Identity) => void }): VNode {
  const [way, setWay] = useState<Way>('password');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [token, setToken] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    onIdentity(way === 'token' ? { by: 'token', token } : { by: 'password', name, password });
  };
  return (
    <section aria-labelledby="sign-in">
      <h2 id="sign-in">Sign in to see this cluster</h2>
      <form class="sign-in" onSubmit={submit}>
        <Ways way={way} onWay={setWay} />
        {way === 'password' && <Field label="Name" value={name} onInput={setName} isNeeded autocomplete="username" />}
        {way === 'password' && <Field label="Password" value={password} onInput={setPassword} isNeeded autocomplete="current-password" isSecret note={kept} />}
        {way === 'token' && <Field label="Token" value={token} onInput={setToken} isNeeded autocomplete="off" isSecret note={kept} />}
        {words !== '' && <p class="trouble" role="alert">✕ {words}</p>}
        <p class="buttons"><button type="submit" class="main">Sign in</button></p>
      </form>
    </section>
  );
}
