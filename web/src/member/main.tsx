import { render } from 'preact';
import { loadDates } from '../common/formats.ts';
import { startHistory } from '../common/history.ts';
import { startLinkTokens } from '../common/state/link_token.ts';
import { App } from './app.tsx';
import { askEarly } from './state/application.tsx';

startLinkTokens(['/activate', '/password', '/confirm']);
startHistory();
askEarly();
loadDates();
render(<App />, document.getElementById('app')!);
