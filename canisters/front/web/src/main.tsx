// Where the page begins.
import { render } from 'preact';
import { App } from './app';
import { setClock } from './clock';
import type { Channel } from './protocols/channel';
import { openChannel } from './protocols/open';
import { reloadWhenReopened } from './reopened';
import { Failed } from './screens/failed';
import { Loading } from './screens/loading';
import { Unsupported } from './screens/unsupported';
import { createAgent } from './service/call';
import { loadEnvironment } from './environment';
import { texts } from './texts';
import './styles.css';

// Before anything is waited for: a dapp that hears nothing hangs up.
const channel = openChannel(location, window);
reloadWhenReopened(window);

const root = document.getElementById('app');
if (!root) throw new Error('the document lacks #app');
document.documentElement.lang = texts.language;

/** Tells the dapp, once it has asked, that nothing will come of it. False: nobody heard it. */
function giveUp(to: Channel, reason: string): Promise<boolean> {
  return to.request().then(
    () => to.fail('failed', reason),
    () => false,
  );
}

async function start(container: HTMLElement): Promise<void> {
  if (!('PublicKeyCredential' in window) || !('timeout' in AbortSignal)) {
    render(<Unsupported onGiveUp={channel && (() => giveUp(channel, 'the browser has no passkeys'))} />, container);
    return;
  }
  render(<Loading />, container);
  try {
    const { env, date } = await loadEnvironment();
    const agent = createAgent(env);
    await setClock(agent, env.front, date);
    render(<App env={env} agent={agent} channel={channel} />, container);
  } catch (error) {
    console.error(error);
    const onRetry = (): void => void start(container);
    render(<Failed onRetry={onRetry} onGiveUp={channel && (() => giveUp(channel, 'the page could not start'))} />, container);
  }
}

void start(root);
