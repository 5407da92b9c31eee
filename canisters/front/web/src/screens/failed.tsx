import type { JSX } from 'preact';
import { texts } from '../texts';
import { GiveUp, type GiveUpProps } from '../ui/give-up';
import { Button } from '../ui/parts';

interface FailedProps {
  onRetry: () => void;
  onGiveUp: GiveUpProps['onGiveUp'];
}

/** Nothing is known about the service. */
export function Failed({ onRetry, onGiveUp }: FailedProps): JSX.Element {
  return (
    <GiveUp title={texts.failed.title} onGiveUp={onGiveUp}>
      <p role="alert">{texts.failed.text}</p>
      <Button kind="primary" onClick={onRetry}>
        {texts.common.tryAgain}
      </Button>
    </GiveUp>
  );
}
