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

async function start(container: HTMLElement): Promise<void> {
  if (!('PublicKeyCredential' in window)) {
    render(<Unsupported />, container);
    channel?.fail('failed', 'the browser has no passkeys');
    return;
  }
  render(<Loading />, container);
  try {
    const env = await loadEnvironment();
    render(<App env={env} channel={channel} />, container);
  } catch (error) {
    console.error(error);
    render(<Failed onRetry={() => void start(container)} />, container);
  }
}

void start(root);
