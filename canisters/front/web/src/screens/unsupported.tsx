import type { JSX } from 'preact';
import { texts } from '../texts';
import { Screen } from '../ui/parts';

/** The browser has no WebAuthn, or not at this address. */
export function Unsupported(): JSX.Element {
  const { title, text, tips } = texts.unsupported;
  return (
    <Screen title={title}>
      <p>{text}</p>
      <ul>
        {tips.map((tip) => (
          <li key={tip}>{tip}</li>
        ))}
      </ul>
    </Screen>
  );
}
