import { render } from 'preact';
import { App } from './App';

// The page lies one step below the root of the agent's REST interface.
render(<App root={new URL('..', document.baseURI).href} />, document.getElementById('page')!);
