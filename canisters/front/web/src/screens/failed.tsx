import type { JSX } from 'preact';
import { texts } from '../texts';
import { Button, Screen } from '../ui/parts';

/** Nothing is known about the service. */
export function Failed({ onRetry }: { onRetry: () => void }): JSX.Element {
  return (
    <Screen title={texts.failed.title}>
      <p role="alert">{texts.failed.text}</p>
      <Button kind="primary" onClick={onRetry}>
        {texts.common.tryAgain}
      </Button>
    </Screen>
  );
}
