import { DelegationIdentity } from '@icp-sdk/core/identity';
import { base64, readAnswer } from './answer';
import { type Config, loadConfig } from './config';
import { comeBack, depart } from './departure';
import { earliest } from './expiration';
import { onLogIn, type Session, show, type Wishes } from './view';
import { whoami } from './whoami';

/** Leaves for the login page. */
function leave(config: Config, wishes: Wishes): void {
  const { session, state, id } = depart();
  const message = {
    jsonrpc: '2.0',
    id,
    method: 'icrc34_delegation',
    params: {
      publicKey: base64(session.getPublicKey().toDer()),
      maxTimeToLive: wishes.maxTimeToLive?.toString(),
      icrc95DerivationOrigin: wishes.derivationOrigin,
    },
  };
  // The list of callbacks names the plain address: the wishes in its query stay here.
  const callback = `${location.origin}${location.pathname}`;
  const fragment = new URLSearchParams({ message: JSON.stringify(message), callback, state });
  location.assign(`${config.login}/authorize#${fragment}`);
}

/** Takes the answer that the address holds. */
async function arrive(config: Config, fragment: URLSearchParams): Promise<Session> {
  const departure = comeBack();
  if (!departure) throw new Error('An answer came to a tab that asked for none');
  const chain = readAnswer(fragment, departure);
  const took = Date.now() - departure.begin;
  const identity = DelegationIdentity.fromDelegation(departure.session, chain);
  return {
    principal: identity.getPrincipal().toText(),
    expiration: earliest(chain.delegations),
    chain: chain.toJSON(),
    took,
    seen: await whoami(config, identity),
  };
}

const fragment = new URLSearchParams(location.hash.slice(1));
// The delegations have no place in the history.
if (location.hash) history.replaceState(null, '', location.pathname + location.search);
const config = await loadConfig();
onLogIn((wishes) => {
  leave(config, wishes);
  return Promise.resolve(undefined);
});
if (fragment.has('message')) await show(() => arrive(config, fragment));
