import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { PhraseError } from '../phrase';
import { ServiceError } from '../service/errors';
import { frontFor } from '../service/front';
import type { AnchorInfo } from '../service/types';
import type { Session } from '../session';
import { texts } from '../texts';
import type { Action } from './action';
import { Alert, Button, Field, Form } from './parts';
import { sessionOfPhrase } from './phrase-owner';

interface PhraseFormProps {
  submit: string;
  action: Action;
  disabled: boolean;
  /** The only one that will do. */
  anchor?: bigint;
  /** The phrase opened a session, and the service knows it: these are the anchor's devices. */
  onSession: (session: Session, info: AnchorInfo) => void;
}

/** Asks for a recovery phrase, and opens a session with it. */
export function PhraseForm({ submit, action, disabled, anchor, onSession }: PhraseFormProps): JSX.Element {
  const app = useApp();
  const [phrase, setPhrase] = useState('');

  const enter = async (): Promise<void> => {
    const session = await sessionOfPhrase(phrase, anchor);
    try {
      const info = await frontFor(app.env, session).anchorInfo(session.anchor);
      setPhrase('');
      onSession(session, info);
    } catch (error) {
      const isUnknown = error instanceof ServiceError && error.code === 'not-authenticated';
      throw isUnknown ? new PhraseError({ code: 'not-its-phrase' }) : error;
    }
  };

  return (
    <>
      <Alert problem={action.problem} />
      <Form
        onSubmit={() => {
          if (!disabled) action.run(enter);
        }}
      >
        <Field label={texts.phrase.type} hint={texts.phrase.typeHint} value={phrase} onInput={setPhrase} isLong />
        <Button submit kind="primary" isPending={action.isPending} disabled={disabled}>
          {submit}
        </Button>
      </Form>
    </>
  );
}
