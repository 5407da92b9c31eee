import type { JSX } from 'preact';
import { texts } from '../texts';
import { Dialog } from './dialog';
import { Button } from './parts';

interface ForgetDialogProps {
  anchor: bigint;
  onClose: () => void;
  onForget: () => void;
}

/** Asked, because the number may stand nowhere else. */
export function ForgetDialog({ anchor, onClose, onForget }: ForgetDialogProps): JSX.Element {
  const text = texts.picker;
  return (
    <Dialog title={text.forgetTitle(anchor)} onClose={onClose} isPending={false}>
      <p>{text.forgetText}</p>
      <div class="actions">
        <Button kind="danger" onClick={onForget}>
          {text.forgetConfirm}
        </Button>
        <Button onClick={onClose}>{texts.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
