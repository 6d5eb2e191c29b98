import { render } from 'preact';
import { startHistory } from '../common/history.ts';
import { startLinkTokens } from '../common/state/link_token.ts';
import { App } from './app.tsx';
import { ownsPath, pagesWithTokens } from './navigation.ts';

startLinkTokens(pagesWithTokens);
startHistory(ownsPath);
render(<App />, document.getElementById('app')!);
