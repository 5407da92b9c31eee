import type { JSX } from 'preact';
import { afterwards, useApp } from '../app-context';
import { texts } from '../texts';
import { Button, Screen } from '../ui/parts';

/** After an anchor was created, before anything else. */
export function OfferRecovery(): JSX.Element {
  const app = useApp();
  const { router } = app;
  const text = texts.offer;
  return (
    <Screen title={text.title}>
      <p>{text.intro}</p>
      <div class="choices">
        <Button kind="primary" onClick={() => router.go({ name: 'phrase' })}>
          {text.phrase}
        </Button>
        <p class="hint">{text.phraseHint}</p>
        <Button onClick={() => router.go({ name: 'recovery-key' })}>{text.key}</Button>
        <p class="hint">{text.keyHint}</p>
      </div>
      <Button kind="link" onClick={() => router.replace(afterwards(app))}>
        {text.later}
      </Button>
    </Screen>
  );
}
