import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { afterwards, useApp, type Active } from '../app-context';
import { credentialIds, deviceFor } from '../devices';
import { createPasskey, type NewPasskey } from '../passkey/create';
import { texts } from '../texts';
import { addOnce } from '../ui/add-once';
import { useAction } from '../ui/action';
import { NameForm } from '../ui/name-form';
import { Alert, Button, Screen, Status } from '../ui/parts';

/** A security key for the day on which the devices are lost. None of the anchor's authenticators can be it. */
export function RecoveryKey({ active }: { active: Active }): JSX.Element {
  const app = useApp();
  const action = useAction({ inSession: true });
  const [isDone, setDone] = useState(false);
  const made = useRef<NewPasskey | null>(null);
  const { anchor } = active.session;
  const text = texts.recoveryKey;

  const add = async (alias: string): Promise<void> => {
    const info = await active.front.anchorInfo(anchor);
    const userName = `${texts.common.anchor(anchor)} · ${alias}`;
    // Made once: if the service does not answer, the same passkey is sent again.
    const passkey = (made.current ??= await createPasskey({
      rpId: app.rpId,
      userName,
      exclude: credentialIds(info),
      roaming: true,
    }));
    await addOnce(active.front, anchor, info, deviceFor(passkey, alias, { recovery: null }, location.origin), made);
    setDone(true);
  };

  if (isDone) {
    return (
      <Screen title={text.doneTitle}>
        <p>{text.done}</p>
        <Button kind="primary" onClick={() => app.router.replace(afterwards(app))}>
          {texts.common.continue}
        </Button>
      </Screen>
    );
  }
  return (
    <Screen title={text.title}>
      <p>{text.intro}</p>
      <Alert problem={action.problem} />
      <NameForm
        label={text.name}
        initial={text.defaultName}
        submit={text.start}
        isPending={action.isPending}
        onName={(alias) => action.run(() => add(alias))}
      />
      <Status>{action.isPending ? texts.common.usePasskey : ''}</Status>
      <Button disabled={action.isPending} onClick={app.router.back}>
        {texts.common.back}
      </Button>
    </Screen>
  );
}
