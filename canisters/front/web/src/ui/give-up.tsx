import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../texts';
import { Button, Screen, Status } from './parts';

export interface GiveUpProps {
  title: string;
  children: ComponentChildren;
  /** Tells the dapp that waits that nothing comes, and says whether it heard that; null if none waits. The dapp may close
   * this window: never before it was read. */
  onGiveUp: (() => Promise<boolean>) | null;
}

/** A screen from which no way leads to what a dapp waits for. */
export function GiveUp({ title, children, onGiveUp }: GiveUpProps): JSX.Element {
  /** `waiting`: the dapp has not asked yet, or it is being found out where the answer may go. */
  const [state, setState] = useState<'open' | 'waiting' | 'declined' | 'untold'>('open');
  const text = texts.authorize;
  if (state !== 'open') {
    return (
      <Screen title={text.declinedTitle}>
        <Status>{text[state]}</Status>
      </Screen>
    );
  }
  return (
    <Screen title={title}>
      {children}
      {onGiveUp && (
        <Button
          onClick={() => {
            setState('waiting');
            void onGiveUp().then((isTold) => setState(isTold ? 'declined' : 'untold'));
          }}
        >
          {text.decline}
        </Button>
      )}
    </Screen>
  );
}
