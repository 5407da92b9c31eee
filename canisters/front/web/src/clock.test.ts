import type { HttpAgent } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const CANISTER = Principal.anonymous();

/** The network's clock is so far ahead. */
function agentOf(ahead: number): { agent: HttpAgent; asked: () => number } {
  let asked = 0;
  let known = 0;
  const syncTime = async (): Promise<void> => {
    asked += 1;
    if (Number.isNaN(ahead)) throw new Error('no connection');
    known = ahead;
  };
  return { agent: { syncTime, getTimeDiffMsecs: () => known } as unknown as HttpAgent, asked: () => asked };
}

/** Each test has a page of its own. */
let clock: typeof import('./clock');
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  vi.resetModules();
  clock = await import('./clock');
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (time: number): string => new Date(time).toUTCString();

test.each([
  ['nobody says the date', null],
  ['what is said is no date', 'soon'],
  ['the clocks differ by seconds', at(NOW + 50_000)],
  ['the clocks differ by seconds the other way', at(NOW - 50_000)],
])('the network is not asked if %s', async (_, hint) => {
  const { agent, asked } = agentOf(MINUTE);
  await clock.setClock(agent, CANISTER, hint);
  expect(asked()).toBe(0);
  expect(clock.networkNow()).toBe(NOW);
});

test.each([45 * MINUTE, -45 * MINUTE])(
  'a clock that is off by %i ms is set by what the network certifies, not by the hint',
  async (ahead) => {
    const { agent, asked } = agentOf(ahead);
    await clock.setClock(agent, CANISTER, at(NOW + 3 * ahead));
    expect(asked()).toBe(1);
    expect(clock.networkNow()).toBe(NOW + ahead);
  },
);

test('without an answer the computer’s clock has to do', async () => {
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { agent } = agentOf(NaN);
  await clock.setClock(agent, CANISTER, at(NOW + 45 * MINUTE));
  expect(clock.networkNow()).toBe(NOW);
  silent.mockRestore();
});

test('a clock that is set while the page is open is compared again, and one that goes on is not', async () => {
  const slow = agentOf(45 * MINUTE);
  await clock.setClock(slow.agent, CANISTER, at(NOW + 45 * MINUTE));
  vi.advanceTimersByTime(10 * MINUTE);
  await clock.checkClock(slow.agent, CANISTER);
  expect(slow.asked()).toBe(1);
  // Somebody sets it right; the page's own time does not jump.
  const beginning = performance.now();
  vi.setSystemTime(NOW + 55 * MINUTE);
  vi.spyOn(performance, 'now').mockReturnValue(beginning);
  const right = agentOf(0);
  await clock.checkClock(right.agent, CANISTER);
  expect(right.asked()).toBe(1);
  expect(clock.networkNow()).toBe(NOW + 55 * MINUTE);
  await clock.checkClock(right.agent, CANISTER);
  expect(right.asked()).toBe(1);
  vi.restoreAllMocks();
});

test('sessions begin and end by the network’s clock', async () => {
  await clock.setClock(agentOf(45 * MINUTE).agent, CANISTER, at(NOW + 45 * MINUTE));
  const { isOver, SessionKey } = await import('./session');
  const { end } = (await SessionKey.generate()).draft();
  expect(end).toBe(NOW + 75 * MINUTE);
  const { registrationEnd } = await import('./ui/countdown');
  expect(registrationEnd(BigInt(NOW + 50 * MINUTE) * 1_000_000n)).toBe(NOW + 50 * MINUTE);
  const session = { end } as Parameters<typeof isOver>[0];
  expect(isOver(session)).toBe(false);
  vi.advanceTimersByTime(30 * MINUTE);
  expect(isOver(session)).toBe(true);
});
