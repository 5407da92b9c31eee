// The answer in the address, as the signer standards say it.
import { Delegation, DelegationChain } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import type { Departure } from './departure';

/** A delegation as ICRC-34 says it: bytes in base64, numbers as texts. */
interface Result {
  publicKey: string;
  signerDelegation: {
    delegation: { pubkey: string; expiration: string; targets?: string[] };
    signature: string;
  }[];
}

interface Answer {
  jsonrpc: '2.0';
  id: string;
  result?: Result;
  error?: { code: number; message: string };
}

/** The delegations that came with the fragment of the address. Throws if they are no answer to that departure. */
export function readAnswer(fragment: URLSearchParams, departure: Departure): DelegationChain {
  if (fragment.get('state') !== departure.state) {
    throw new Error('The answer belongs to another log-in: its state is not the one that was sent');
  }
  const answer = JSON.parse(fragment.get('message') ?? '') as Answer;
  if (answer.id !== departure.id) throw new Error('The answer is to another request');
  if (answer.error) throw new Error(`${answer.error.message} (code ${answer.error.code})`);
  if (!answer.result) throw new Error('The answer holds neither a result nor an error');
  const links = answer.result.signerDelegation.map(({ delegation, signature }) => ({
    delegation: new Delegation(
      bytes(delegation.pubkey),
      BigInt(delegation.expiration),
      delegation.targets?.map((target) => Principal.fromText(target)),
    ),
    signature: bytes(signature) as Uint8Array & { __signature__: undefined },
  }));
  return DelegationChain.fromDelegations(links, bytes(answer.result.publicKey));
}

export function base64(data: Uint8Array): string {
  return btoa(String.fromCharCode(...data));
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
