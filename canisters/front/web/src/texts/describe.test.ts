import { expect, test } from 'vitest';
import { PasskeyError } from '../passkey/errors';
import { describe } from './describe';
import { texts } from './index';

test('what a browser refuses at a related origin is not the address’s fault', () => {
  const refused = new PasskeyError('security', 'SecurityError');
  expect(describe(refused)).toEqual(texts.passkey.security);
  const { what, todo } = describe(refused, 'https://id.example');
  expect(what).toContain('https://id.example');
  expect(todo).toContain('another browser');
  expect(describe(new PasskeyError('cancelled', ''), 'https://id.example')).toEqual(texts.passkey.cancelled);
});
