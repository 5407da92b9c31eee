import { AuthClient } from '@icp-sdk/auth/client';
import { DelegationIdentity } from '@icp-sdk/core/identity';
import { type Config, loadConfig } from './config';
import { earliest } from './expiration';
import { onLogIn, type Session, type Wishes } from './view';
import { whoami } from './whoami';

async function logIn(config: Config, wishes: Wishes): Promise<Session> {
  const begin = performance.now();
  const client = new AuthClient({
    identityProvider: `${config.login}/authorize`,
    idleOptions: { disableIdle: true },
    ...(wishes.derivationOrigin === undefined ? {} : { derivationOrigin: wishes.derivationOrigin }),
  });
  const identity = await client.signIn(wishes.maxTimeToLive === undefined ? {} : { maxTimeToLive: wishes.maxTimeToLive });
  const took = performance.now() - begin;
  if (!(identity instanceof DelegationIdentity)) throw new Error('the library gave no delegation');
  const chain = identity.getDelegation();
  return {
    principal: identity.getPrincipal().toText(),
    expiration: earliest(chain.delegations),
    chain: chain.toJSON(),
    took,
    seen: await whoami(config, identity),
  };
}

const config = await loadConfig();
onLogIn((wishes) => logIn(config, wishes));
