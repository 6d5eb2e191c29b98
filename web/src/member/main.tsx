import { render } from 'preact';
import { startHistory } from '../common/history.ts';
import { startLinkTokens } from '../common/state/link_token.ts';
import { App } from './app.tsx';

startLinkTokens(['/activate', '/password', '/confirm']);
startHistory();
render(<App />, document.getElementById('app')!);
