// This library brings a generation of the agent of its own.
import { Actor, HttpAgent, type Identity } from '@dfinity/agent';
import { AuthClient } from '@dfinity/auth-client';
import { IDL } from '@dfinity/candid';
import { DelegationIdentity } from '@dfinity/identity';
import type { Principal } from '@dfinity/principal';
import { type Config, loadConfig } from './config';
import { earliest } from './expiration';
import { onLogIn, type Session, type Wishes } from './view';

async function logIn(client: AuthClient, config: Config, wishes: Wishes): Promise<Session> {
  const begin = performance.now();
  await new Promise<void>((resolve, reject) => {
    const refused = (reason?: string): void => reject(new Error(reason ?? 'no reason was given'));
    client
      .login({
        identityProvider: config.login,
        onSuccess: () => resolve(),
        onError: refused,
        ...(wishes.maxTimeToLive === undefined ? {} : { maxTimeToLive: wishes.maxTimeToLive }),
        ...(wishes.derivationOrigin === undefined ? {} : { derivationOrigin: wishes.derivationOrigin }),
      })
      .catch(reject);
  });
  const took = performance.now() - begin;
  const identity = client.getIdentity();
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

async function whoami(config: Config, identity: Identity): Promise<Session['seen']> {
  const agent = await HttpAgent.create({ host: location.origin, rootKey: config.rootKey, identity });
  const canister = Actor.createActor<Record<'whoami' | 'whoami_update', () => Promise<Principal>>>(
    () =>
      IDL.Service({
        whoami: IDL.Func([], [IDL.Principal], ['query']),
        whoami_update: IDL.Func([], [IDL.Principal], []),
      }),
    { agent, canisterId: config.canister },
  );
  const [byQuery, byUpdate] = await Promise.all([canister.whoami(), canister.whoami_update()]);
  return { byQuery: byQuery.toText(), byUpdate: byUpdate.toText() };
}

const config = await loadConfig();
const client = await AuthClient.create({ idleOptions: { disableIdle: true } });
onLogIn((wishes) => logIn(client, config, wishes));
