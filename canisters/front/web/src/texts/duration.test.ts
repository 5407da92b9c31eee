import { expect, test } from 'vitest';
import { durationText } from './duration';

const SECOND = 1_000_000_000n;

test.each([
  [undefined, '30 minutes'],
  [1n, '1 minute'],
  [61n * SECOND, '2 minutes'],
  [2n * 3_600n * SECOND, '2 hours'],
  [8n * 3_600n * SECOND, '8 hours'],
  [48n * 3_600n * SECOND + 1n, '3 days'],
  [30n * 86_400n * SECOND, '30 days'],
  // The service gives no more.
  [2n ** 64n, '30 days'],
])('%s', (wish, expected) => {
  expect(durationText(wish)).toBe(expected);
});
