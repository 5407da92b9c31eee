// The canister's only question, asked with the libraries of @icp-sdk/core.
import { Actor, HttpAgent, type Identity } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';
import type { Config } from './config';
import type { Session } from './view';

interface Canister {
  whoami: () => Promise<Principal>;
  whoami_update: () => Promise<Principal>;
}

/** Whom the canister sees when this identity calls. */
export async function whoami(config: Config, identity: Identity): Promise<Session['seen']> {
  const agent = await HttpAgent.create({ host: location.origin, rootKey: config.rootKey, identity });
  const canister = Actor.createActor<Canister>(
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
