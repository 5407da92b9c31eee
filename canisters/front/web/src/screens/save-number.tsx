import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { texts } from '../texts';
import { Copy } from '../ui/copy';
import { Button, Check, Note, Screen } from '../ui/parts';

/** The number of a new anchor. It goes on only when the user has saved it. */
export function SaveNumber({ anchor }: { anchor: bigint }): JSX.Element {
  const { router } = useApp();
  const [isSaved, setSaved] = useState(false);
  const text = texts.create;
  return (
    <Screen title={text.numberTitle}>
      <p>{text.numberIntro}</p>
      <p class="number-shown">
        <output>{String(anchor)}</output>
      </p>
      <Copy text={String(anchor)} label={text.copyNumber} onCopied={() => setSaved(true)} />
      <Check label={text.saved} isChecked={isSaved} onChange={setSaved} />
      {!isSaved && <Note>{text.savedFirst}</Note>}
      <Button kind="primary" disabled={!isSaved} onClick={() => router.replace({ name: 'offer-recovery' })}>
        {texts.common.continue}
      </Button>
    </Screen>
  );
}
