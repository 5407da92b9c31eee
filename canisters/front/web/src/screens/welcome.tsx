import type { JSX } from 'preact';
import { useApp } from '../app-context';
import { rememberAnchor } from '../memory';
import { frontFor } from '../service/front';
import { texts } from '../texts';
import { Picker } from '../ui/picker';
import { Screen, Status } from '../ui/parts';

/** Nobody asks for a log-in: the user comes to look after an anchor. */
export function Welcome({ notice = '' }: { notice?: string }): JSX.Element {
  const app = useApp();
  return (
    <Screen title={texts.welcome.title}>
      <Status>{notice}</Status>
      <p class="lead">{texts.welcome.intro}</p>
      <Picker
        label={texts.welcome.signInAs}
        afterPrompt={texts.manage.loading}
        onSession={async (session) => {
          // Only a session that the service knows is opened, and only such a number is remembered.
          const info = await frontFor(app.env, session).anchorInfo(session.anchor);
          rememberAnchor(app.store, session.anchor);
          app.open(session);
          app.router.go({ name: 'manage', info });
        }}
      />
    </Screen>
  );
}
