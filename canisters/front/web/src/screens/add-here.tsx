import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useApp, type Active } from '../app-context';
import { credentialIds, deviceFor, suggestedName } from '../devices';
import { createPasskey, type NewPasskey } from '../passkey/create';
import { texts } from '../texts';
import { addOnce } from '../ui/add-once';
import { useAction } from '../ui/action';
import { NameForm } from '../ui/name-form';
import { Alert, Button, Screen, Status } from '../ui/parts';

/** A passkey of this device, or of a key or phone beside it, for the anchor that is signed in. */
export function AddHere({ active }: { active: Active }): JSX.Element {
  const app = useApp();
  const action = useAction({ inSession: true });
  const made = useRef<NewPasskey | null>(null);
  const { anchor } = active.session;
  const text = texts.addHere;

  const add = async (alias: string): Promise<void> => {
    const info = await active.front.anchorInfo(anchor);
    const userName = texts.common.anchor(anchor);
    // Made once: if the service does not answer, the same passkey is sent again.
    const passkey = (made.current ??= await createPasskey({ rpId: app.rpId, userName, exclude: credentialIds(info) }));
    await addOnce(active.front, anchor, info, deviceFor(passkey, alias, { authentication: null }, location.origin), made);
    // Whoever came in by recovery has a device again.
    app.open(active.session);
    app.router.replace({ name: 'manage', notice: text.done(alias) });
  };

  return (
    <Screen title={text.title}>
      <p>{text.intro}</p>
      <Alert problem={action.problem} />
      <NameForm
        label={texts.common.deviceName}
        hint={texts.common.deviceNameHint}
        initial={suggestedName(navigator.userAgent)}
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
