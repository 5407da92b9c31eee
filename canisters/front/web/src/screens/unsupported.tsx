import type { JSX } from 'preact';
import { texts } from '../texts';
import { GiveUp, type GiveUpProps } from '../ui/give-up';

/** The browser has no WebAuthn, or not at this address. */
export function Unsupported({ onGiveUp }: { onGiveUp: GiveUpProps['onGiveUp'] }): JSX.Element {
  const { title, text, tips } = texts.unsupported;
  return (
    <GiveUp title={title} onGiveUp={onGiveUp}>
      <p>{text}</p>
      <ul>
        {tips.map((tip) => (
          <li key={tip}>{tip}</li>
        ))}
      </ul>
    </GiveUp>
  );
}
