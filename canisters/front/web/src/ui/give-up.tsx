import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../texts';
import { Button, Screen } from './parts';

interface GiveUpProps {
  title: string;
  children: ComponentChildren;
  /** Tells the dapp that waits that nothing comes; null if none waits. It may close this window: never before it was read. */
  onGiveUp: (() => void) | null;
}

/** A screen from which no way leads to what a dapp waits for. */
export function GiveUp({ title, children, onGiveUp }: GiveUpProps): JSX.Element {
  const [isOver, setOver] = useState(false);
  if (isOver) {
    return (
      <Screen title={texts.authorize.declinedTitle}>
        <p>{texts.authorize.declined}</p>
      </Screen>
    );
  }
  return (
    <Screen title={title}>
      {children}
      {onGiveUp && (
        <Button
          onClick={() => {
            onGiveUp();
            setOver(true);
          }}
        >
          {texts.authorize.decline}
        </Button>
      )}
    </Screen>
  );
}
