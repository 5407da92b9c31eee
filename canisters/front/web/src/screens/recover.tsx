// The devices are lost: what was kept for that day opens the anchor.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { rememberAnchor } from '../memory';
import { parsePhrase, PhraseError, phraseIdentity } from '../phrase';
import { ServiceError } from '../service/errors';
import { frontFor } from '../service/front';
import { openSessionWith, type Session } from '../session';
import { signIn } from '../sign-in';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { NumberForm } from '../ui/number-form';
import { Alert, Button, Field, Form, Screen, Status } from '../ui/parts';

export function Recover(): JSX.Element {
  const app = useApp();
  const byPhrase = useAction();
  const byKey = useAction();
  const [phrase, setPhrase] = useState('');
  const text = texts.recover;
  const isBusy = byPhrase.isPending || byKey.isPending;

  const enter = async (session: Session): Promise<void> => {
    const info = await frontFor(app.env, session).anchorInfo(session.anchor);
    rememberAnchor(app.store, session.anchor);
    setPhrase('');
    app.open(session, { isRecovery: true });
    app.router.replace({ name: 'manage', info });
  };

  const recoverByPhrase = async (): Promise<void> => {
    const parsed = parsePhrase(phrase);
    const session = await openSessionWith(await phraseIdentity(parsed), parsed.anchor);
    try {
      await enter(session);
    } catch (error) {
      const isUnknown = error instanceof ServiceError && error.code === 'not-authenticated';
      throw isUnknown ? new PhraseError({ code: 'not-its-phrase' }) : error;
    }
  };

  return (
    <Screen title={text.title}>
      <p>{text.intro}</p>
      <section aria-labelledby="by-phrase">
        <h2 id="by-phrase">{text.byPhrase}</h2>
        <Alert problem={byPhrase.problem} />
        <Form
          onSubmit={() => {
            if (!isBusy) byPhrase.run(recoverByPhrase);
          }}
        >
          <Field label={texts.phrase.type} hint={texts.phrase.typeHint} value={phrase} onInput={setPhrase} isLong />
          <Button submit kind="primary" isPending={byPhrase.isPending} disabled={byKey.isPending}>
            {text.phraseSubmit}
          </Button>
        </Form>
      </section>
      <section aria-labelledby="by-key">
        <h2 id="by-key">{text.byKey}</h2>
        <Alert problem={byKey.problem} />
        <NumberForm
          submit={text.keySubmit}
          isPending={byKey.isPending}
          disabled={isBusy}
          onAnchor={(anchor) => byKey.run(async () => enter(await signIn(app, anchor, 'recovery')))}
        />
      </section>
      <Status>
        {byPhrase.isPending && texts.common.working}
        {byKey.isPending && texts.common.usePasskey}
      </Status>
      <details>
        <summary>{text.neither}</summary>
        <p>{text.neitherText}</p>
      </details>
      <Button disabled={isBusy} onClick={app.router.back}>
        {texts.common.back}
      </Button>
    </Screen>
  );
}
