// The devices are lost: what was kept for that day opens the anchor.
import type { JSX } from 'preact';
import { useApp } from '../app-context';
import { rememberAnchor } from '../memory';
import { frontFor } from '../service/front';
import type { AnchorInfo } from '../service/types';
import type { Session } from '../session';
import { signIn } from '../sign-in';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { NumberForm } from '../ui/number-form';
import { Alert, Button, Screen, Status } from '../ui/parts';
import { PhraseForm } from '../ui/phrase-form';

export function Recover(): JSX.Element {
  const app = useApp();
  const byPhrase = useAction();
  const byKey = useAction();
  const text = texts.recover;
  const isBusy = byPhrase.isPending || byKey.isPending;

  const enter = (session: Session, info: AnchorInfo): void => {
    rememberAnchor(app.store, session.anchor);
    app.open(session, { isRecovery: true });
    app.router.replace({ name: 'manage', info });
  };
  const recoverByKey = async (anchor: bigint): Promise<void> => {
    const session = await signIn(app, anchor, 'recovery');
    enter(session, await frontFor(app.env, session).anchorInfo(anchor));
  };

  return (
    <Screen title={text.title}>
      <p>{text.intro}</p>
      <section aria-labelledby="by-phrase">
        <h2 id="by-phrase">{text.byPhrase}</h2>
        <PhraseForm submit={text.phraseSubmit} action={byPhrase} disabled={isBusy} onSession={enter} />
      </section>
      <section aria-labelledby="by-key">
        <h2 id="by-key">{text.byKey}</h2>
        <Alert problem={byKey.problem} />
        <NumberForm
          submit={text.keySubmit}
          isPending={byKey.isPending}
          disabled={isBusy}
          onAnchor={(anchor) => byKey.run(() => recoverByKey(anchor))}
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
