import { openAuthorizeClient } from './authorize-client';
import type { Channel } from './channel';
import { isRedirect, openRedirect } from './redirect';
import { openSigner } from './signer';

/**
 * The channel to the dapp that the page was opened by; null if it was opened for itself.
 *
 * The path and the fragment choose the protocol. Needs nothing that must be loaded first: call it at once, and once, since
 * a dapp hangs up when its first messages find nobody.
 */
export function openChannel(location: Pick<Location, 'pathname' | 'hash'>, window: Window): Channel | null {
  switch (location.pathname) {
    case '/':
      return location.hash === '#authorize' ? openAuthorizeClient(window) : null;
    case '/authorize':
      // auth-client puts its fragment after whatever URL the dapp names.
      if (location.hash === '#authorize') return openAuthorizeClient(window);
      return isRedirect(location.hash) ? openRedirect(location.hash, browserOf(window)) : openSigner(window);
    default:
      return null;
  }
}

function browserOf(window: Window) {
  return {
    fetch: (url: string, init: RequestInit) => window.fetch(url, init),
    // Going back from the dapp must not ask again. (It does after a detour on the way that made further entries in the history.)
    navigate: (url: string) => window.location.replace(url),
  };
}
