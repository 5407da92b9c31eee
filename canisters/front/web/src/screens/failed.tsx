import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../texts';
import { Button, Screen } from '../ui/parts';

interface FailedProps {
  onRetry: () => void;
  /** A dapp waits: tells it that nothing comes. */
  onGiveUp: (() => void) | null;
}

/** Nothing is known about the service. */
export function Failed({ onRetry, onGiveUp }: FailedProps): JSX.Element {
  const [isOver, setOver] = useState(false);
  if (isOver) {
    return (
      <Screen title={texts.authorize.declinedTitle}>
        <p>{texts.authorize.declined}</p>
      </Screen>
    );
  }
  return (
    <Screen title={texts.failed.title}>
      <p role="alert">{texts.failed.text}</p>
      <Button kind="primary" onClick={onRetry}>
        {texts.common.tryAgain}
      </Button>
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
