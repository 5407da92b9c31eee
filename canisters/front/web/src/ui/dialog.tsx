// A question that must be answered before anything else.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useApp } from '../app-context';
import { focusHeading } from './focus';

interface DialogProps {
  title: string;
  children: ComponentChildren;
  /** The user pressed Escape. */
  onClose: () => void;
  /** Something is under way: Escape does nothing. */
  isPending: boolean;
}

/** Modal: the browser keeps the focus inside, and gives it back when the dialog goes. */
export function Dialog({ title, children, onClose, isPending }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  /** Whether the page wants it open. */
  const isWanted = useRef(false);
  const id = useId();
  const { isExpired } = useApp();
  useEffect(() => {
    // A dialog of a hidden screen would keep everything else from being used.
    if (isExpired) return undefined;
    const element = dialog.current;
    const before = document.activeElement;
    isWanted.current = true;
    element?.showModal();
    return () => {
      isWanted.current = false;
      element?.close();
      // A dialog that is taken out of the document gives the focus back to nobody; and what opened it may be gone with what it was about.
      if (before instanceof HTMLElement) before.focus();
      if (document.activeElement === document.body) focusHeading();
    };
  }, [isExpired]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!isPending) onClose();
      }}
      onClose={(event) => {
        // Browsers let no page keep a dialog open for ever: the second Escape in a row cannot be refused.
        if (!isWanted.current) return;
        if (isPending) event.currentTarget.showModal();
        else onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
