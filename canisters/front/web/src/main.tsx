// Where the page begins.
import { render } from 'preact';
import { App } from './app';
import { openChannel } from './protocols/open';
import { Failed } from './screens/failed';
import { Loading } from './screens/loading';
import { Unsupported } from './screens/unsupported';
import { loadEnvironment } from './environment';
import { texts } from './texts';
import './styles.css';

// Before anything is waited for: a dapp that hears nothing hangs up.
const channel = openChannel(location, window);

const root = document.getElementById('app');
if (!root) throw new Error('the document lacks #app');
document.documentElement.lang = texts.language;

/** Tells the dapp, once it has asked, that nothing will come of it. */
function giveUp(reason: string): void {
  channel?.request().then(
    () => channel.fail('failed', reason),
    () => undefined,
  );
}

async function start(container: HTMLElement): Promise<void> {
  if (!('PublicKeyCredential' in window)) {
    render(<Unsupported />, container);
    giveUp('the browser has no passkeys');
    return;
  }
  render(<Loading />, container);
  try {
    const env = await loadEnvironment();
    render(<App env={env} channel={channel} />, container);
  } catch (error) {
    console.error(error);
    const onRetry = (): void => void start(container);
    const onGiveUp = channel && (() => giveUp('the page could not start'));
    render(<Failed onRetry={onRetry} onGiveUp={onGiveUp} />, container);
  }
}

void start(root);
