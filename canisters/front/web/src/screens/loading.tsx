import type { JSX } from 'preact';
import { texts } from '../texts';
import { Screen, Status } from '../ui/parts';

export function Loading(): JSX.Element {
  return (
    <Screen title={texts.loading.title}>
      <Status>{texts.loading.text}</Status>
    </Screen>
  );
}
