import { describe, expect, test } from 'vitest';
import { ServiceError, type ErrorCode } from './errors';
import { patiently, repeated, settled } from './retry';

/** Answers these one after the other; what is an error code is thrown. */
function scripted(...script: (ErrorCode | 'done')[]): { ask: () => Promise<void>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    ask: async () => {
      const step = script[calls] ?? 'unexpected';
      calls += 1;
      if (step !== 'done') throw new ServiceError(step, 'scripted');
    },
  };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );
const noWait = async (): Promise<void> => undefined;

describe('patiently', () => {
  test.each<[ErrorCode[], number]>([
    [[], 1],
    [['busy'], 2],
    [['rate-limited', 'busy', 'busy'], 4],
  ])('waits while it is %j', async (errors, calls) => {
    const script = scripted(...errors, 'done');
    expect(await codeOf(patiently(script.ask, noWait))).toBe('done');
    expect(script.calls()).toBe(calls);
  });

  test('gives up after four tries', async () => {
    const script = scripted('busy', 'busy', 'busy', 'busy', 'done');
    expect(await codeOf(patiently(script.ask, noWait))).toBe('busy');
    expect(script.calls()).toBe(4);
  });

  test.each<ErrorCode>(['not-authenticated', 'outcome-unknown', 'network', 'low-on-cycles'])(
    'leaves %s to others',
    async (code) => {
      const script = scripted(code, 'done');
      expect(await codeOf(patiently(script.ask, noWait))).toBe(code);
      expect(script.calls()).toBe(1);
    },
  );

  test('waits longer each time', async () => {
    const waits: number[] = [];
    await codeOf(
      patiently(scripted('busy', 'busy', 'busy', 'busy').ask, async (pause) => {
        waits.push(pause);
      }),
    );
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits).toHaveLength(3);
  });
});

describe('a change of unknown outcome', () => {
  test.each<[string, (ErrorCode | 'done')[], string]>([
    ['is repeated once', ['outcome-unknown', 'done'], 'done'],
    ['is repeated when there was no connection', ['network', 'done'], 'done'],
    ['was done the first time', ['outcome-unknown', 'key-exists'], 'done'],
    ['is repeated no more than once', ['outcome-unknown', 'outcome-unknown', 'done'], 'outcome-unknown'],
    ['can be refused the second time', ['outcome-unknown', 'not-authenticated'], 'not-authenticated'],
  ])('%s', async (_, script, expected) => {
    expect(await codeOf(settled(scripted(...script).ask, ['key-exists']))).toBe(expected);
  });

  test.each<[(ErrorCode | 'done')[], boolean]>([
    [['done'], true],
    [['outcome-unknown', 'done'], true],
    [['outcome-unknown', 'key-exists'], false],
  ])('says who said so: %j', async (script, isSaid) => {
    expect(await settled(scripted(...script).ask, ['key-exists'])).toBe(isSaid);
  });

  test('what the repetition may say is no success of the first call', async () => {
    const script = scripted('key-exists', 'done');
    expect(await codeOf(settled(script.ask, ['key-exists']))).toBe('key-exists');
    expect(script.calls()).toBe(1);
  });
});

test('a question is repeated once', async () => {
  expect(await codeOf(repeated(scripted('network', 'done').ask))).toBe('done');
  expect(await codeOf(repeated(scripted('network', 'network', 'done').ask))).toBe('network');
  expect(await codeOf(repeated(scripted('busy', 'done').ask))).toBe('busy');
});
