import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ALIAS_LIMIT } from '../devices';
import { byteLength } from '../protocols/bytes';
import { texts } from '../texts';
import { Button, Field, Form } from './parts';

interface NameFormProps {
  label: string;
  hint?: string;
  initial: string;
  submit: string;
  isPending: boolean;
  onName: (name: string) => void;
  onCancel?: () => void;
}

/** Asks for the name of a device: not empty, and not longer than the service takes. */
export function NameForm(props: NameFormProps): JSX.Element {
  const { label, hint, initial, submit, isPending, onName, onCancel } = props;
  const [name, setName] = useState(initial);
  const [error, setError] = useState<string | null>(null);
  return (
    <Form
      onSubmit={() => {
        const trimmed = name.trim();
        if (isPending) return;
        if (trimmed === '') setError(texts.common.nameEmpty);
        else if (byteLength(trimmed) > ALIAS_LIMIT) setError(texts.errors['alias-too-long'].todo);
        else {
          setError(null);
          onName(trimmed);
        }
      }}
    >
      <Field label={label} value={name} onInput={setName} error={error} {...(hint !== undefined && { hint })} />
      <div class="actions">
        <Button submit kind="primary" isPending={isPending}>
          {submit}
        </Button>
        {onCancel && (
          <Button disabled={isPending} onClick={onCancel}>
            {texts.common.cancel}
          </Button>
        )}
      </div>
    </Form>
  );
}
