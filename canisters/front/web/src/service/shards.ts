// What everybody may ask: from the shard that owns the anchor, without a way through front.
import type { HttpAgent } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import { isEqual } from '../bytes';
import { hasKey } from '../devices';
import type { Environment, Shard } from '../environment';
import { query, update } from './call';
import { SHARD } from './candid';
import { ServiceError } from './errors';
import { isOneOf, patiently } from './retry';
import type { Credentials, KnownPasskey, LookupAnswer } from './types';

/** The shard that owns this anchor. Throws 'unknown-anchor' for a number that no shard owns. */
export function shardOf(shards: readonly Shard[], anchor: bigint): Principal {
  const owner = shards.find(({ lo, hi }) => lo <= anchor && anchor < hi);
  if (!owner) throw new ServiceError('unknown-anchor', `no shard owns ${anchor}`);
  return owner.canister;
}

/**
 * An anchor's passkeys and phrases. Throws 'unknown-anchor' if it has none.
 *
 * `ask`: a query, which one replica answers as it likes, or an update, whose answer is certified.
 */
export async function credentialsOf(
  env: Environment,
  agent: HttpAgent,
  anchor: bigint,
  ask: typeof query = query,
): Promise<Credentials> {
  const shard = shardOf(env.shards, anchor);
  const [found] = await patiently(() =>
    ask<[Credentials]>(agent, shard, 'get_anchor_credentials', SHARD.get_anchor_credentials, [anchor]),
  );
  if (found.credentials.length + found.recovery_credentials.length + found.recovery_phrases.length === 0) {
    throw new ServiceError('unknown-anchor', `${anchor} has no passkey and no recovery phrase`);
  }
  return found;
}

/** Whether a device of this anchor has this key, certified. */
export async function isKeyOf(env: Environment, agent: HttpAgent, anchor: bigint, key: Uint8Array): Promise<boolean> {
  try {
    const { credentials, recovery_credentials, recovery_phrases } = await credentialsOf(env, agent, anchor, update);
    return hasKey([...credentials, ...recovery_credentials], key) || recovery_phrases.some((phrase) => isEqual(phrase, key));
  } catch (error) {
    if (isOneOf(error, ['unknown-anchor'])) return false;
    throw error;
  }
}

/**
 * Whose passkey this is, by its credential id: all shards are asked. Throws 'unknown-passkey' or 'index-incomplete'.
 *
 * Certified: anybody can give their anchor the key of somebody else, and a replica that names that anchor as the owner's would lead the
 * owner into it.
 */
export async function ownerOf(env: Environment, agent: HttpAgent, credentialId: Uint8Array): Promise<KnownPasskey> {
  const answers = await Promise.all(
    env.shards.map(async ({ canister }) => {
      const [answer] = await patiently(() =>
        update<[LookupAnswer]>(agent, canister, 'lookup_device_key', SHARD.lookup_device_key, [credentialId]),
      );
      return answer;
    }),
  );
  return earliest(answers);
}

/**
 * Everybody can give an anchor the credential id of somebody else's passkey, so whoever has had it longest has it. A shard
 * whose index has gaps could hide that one: then there is no answer.
 */
export function earliest(answers: readonly LookupAnswer[]): KnownPasskey {
  const known: KnownPasskey[] = [];
  for (const answer of answers) {
    if ('Err' in answer) throw new ServiceError('index-incomplete', `${answer.Err.unindexed} anchors to go`);
    known.push(...answer.Ok);
  }
  const [first, ...others] = known;
  if (!first) throw new ServiceError('unknown-passkey', 'no shard knows this credential id');
  return others.reduce((oldest, other) => (other.since < oldest.since ? other : oldest), first);
}
