import type { JSX } from 'preact';
import { useApp, type Active } from '../app-context';
import { signIn } from '../sign-in';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { Alert, Button, Screen, Status } from '../ui/parts';
import { PhraseForm } from '../ui/phrase-form';

/**
 * In place of any screen whose session is over. After signing in again that screen comes back. Whoever came in by recovery may
 * have nothing else to sign in with.
 */
export function Expired({ active: { session, isRecovery } }: { active: Active }): JSX.Element {
  const app = useApp();
  const byPasskey = useAction();
  const byPhrase = useAction();
  const { anchor } = session;
  const isBusy = byPasskey.isPending || byPhrase.isPending;
  return (
    <Screen title={texts.expired.title}>
      <p>{texts.expired.text(anchor)}</p>
      <Alert problem={byPasskey.problem} />
      <Status>
        {byPasskey.isPending && texts.common.usePasskey}
        {byPhrase.isPending && texts.common.working}
      </Status>
      <div class="actions">
        <Button
          kind="primary"
          isPending={byPasskey.isPending}
          disabled={isBusy}
          onClick={() =>
            byPasskey.run(async () => {
              app.open(await signIn(app, anchor, isRecovery ? 'again' : 'sign-in'), { isRecovery });
            })
          }
        >
          {texts.expired.again}
        </Button>
        <Button
          disabled={isBusy}
          onClick={() => {
            app.close();
            app.router.replace({ name: 'home' });
          }}
        >
          {texts.expired.leave}
        </Button>
      </div>
      {isRecovery && (
        <section aria-labelledby="again-by-phrase">
          <h2 id="again-by-phrase">{texts.recover.byPhrase}</h2>
          <PhraseForm
            submit={texts.expired.withPhrase}
            action={byPhrase}
            disabled={isBusy}
            anchor={anchor}
            onSession={(again) => app.open(again, { isRecovery })}
          />
        </section>
      )}
    </Screen>
  );
}
