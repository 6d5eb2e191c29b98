import { render } from 'preact';
import { startHistory } from '../common/history.ts';
import { App } from './app.tsx';
import { takeTokenFromAddress } from './state/link_token.ts';

// Before anything else looks at the address.
takeTokenFromAddress();
startHistory();
render(<App />, document.getElementById('app')!);
