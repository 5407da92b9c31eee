import type { JSX } from 'preact';
import { useApp } from '../app-context';
import { signIn } from '../sign-in';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { Alert, Button, Screen, Status } from '../ui/parts';

/** In place of any screen whose session is over. After signing in again that screen comes back. */
export function Expired({ anchor }: { anchor: bigint }): JSX.Element {
  const app = useApp();
  const action = useAction();
  return (
    <Screen title={texts.expired.title}>
      <p>{texts.expired.text(anchor)}</p>
      <Alert problem={action.problem} />
      <Status>{action.isPending ? texts.common.usePasskey : ''}</Status>
      <div class="actions">
        <Button
          kind="primary"
          isPending={action.isPending}
          onClick={() => action.run(async () => void app.open(await signIn(app, anchor)))}
        >
          {texts.expired.again}
        </Button>
        <Button
          disabled={action.isPending}
          onClick={() => {
            app.close();
            app.router.replace({ name: 'home' });
          }}
        >
          {texts.expired.leave}
        </Button>
      </div>
    </Screen>
  );
}
