import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { parseAnchor } from '../anchor-number';
import { texts } from '../texts';
import { Button, Field, Form } from './parts';

interface NumberFormProps {
  submit: string;
  isPending: boolean;
  disabled: boolean;
  onAnchor: (anchor: bigint) => void;
}

/** Asks for the number of an anchor. */
export function NumberForm({ submit, isPending, disabled, onAnchor }: NumberFormProps): JSX.Element {
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  return (
    <Form
      onSubmit={() => {
        const anchor = parseAnchor(text);
        setError(anchor === null ? texts.common.numberWrong : null);
        if (anchor !== null && !disabled) onAnchor(anchor);
      }}
    >
      <Field label={texts.common.anchorNumber} value={text} onInput={setText} error={error} isNumber maxLength={26} />
      <Button submit isPending={isPending} disabled={disabled}>
        {submit}
      </Button>
    </Form>
  );
}
