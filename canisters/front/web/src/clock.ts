// The network's time. A computer whose clock or time zone is wrong would open sessions that are over before they begin.
import type { HttpAgent } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';

/** Milliseconds by which the clocks may differ without anybody caring. */
const TOLERANCE = 60_000;

/** Milliseconds by which the network's clock is ahead of this computer's. */
let ahead = 0;
/** What this computer's clock said at the beginning of the page's own time, when it was compared last. */
let beginning = beginningNow();

/** Milliseconds since 1970 by the network's clock, as far as it is known. */
export function networkNow(): number {
  return Date.now() + ahead;
}

/**
 * Asks the network for its time if this computer's clock seems to be wrong: `hint` is what the gateway's answer calls its
 * date. What counts is certified. Without an answer the computer's clock has to do.
 */
export async function setClock(agent: HttpAgent, canister: Principal, hint: string | null): Promise<void> {
  const date = Date.parse(hint ?? '');
  if (!Number.isNaN(date) && Math.abs(date - Date.now()) >= TOLERANCE) await ask(agent, canister);
}

/** Asks again if somebody has set this computer's clock since, or it slept. */
export async function checkClock(agent: HttpAgent, canister: Principal): Promise<void> {
  if (Math.abs(beginningNow() - beginning) >= TOLERANCE) await ask(agent, canister);
}

async function ask(agent: HttpAgent, canister: Principal): Promise<void> {
  beginning = beginningNow();
  try {
    await agent.syncTime(canister);
    ahead = agent.getTimeDiffMsecs();
  } catch (error) {
    console.error(error);
  }
}

function beginningNow(): number {
  return Date.now() - performance.now();
}
