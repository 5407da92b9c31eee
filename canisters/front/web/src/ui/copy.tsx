import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../texts';
import { Button } from './parts';

interface CopyProps {
  text: string;
  label: string;
  onCopied?: () => void;
}

/** Says whether it worked: browsers may refuse. */
export function Copy({ text, label, onCopied }: CopyProps): JSX.Element {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
      onCopied?.();
    } catch {
      setOutcome('refused');
    }
  };
  return (
    <div class="copy">
      <Button onClick={() => void copy()}>{label}</Button>
      <span role="status" class={outcome === 'refused' ? 'field-error' : 'hint'}>
        {outcome === 'copied' && texts.common.copied}
        {outcome === 'refused' && texts.common.copyFailed}
      </span>
    </div>
  );
}
