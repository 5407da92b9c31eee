// A new anchor: passkey, perhaps a picture to read, then the number, which must be saved.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { deviceFor, suggestedName } from '../devices';
import { rememberAnchor } from '../memory';
import { createPasskey, type NewPasskey } from '../passkey/create';
import { nameAccount } from '../passkey/signals';
import { createAgent } from '../service/call';
import { ServiceError } from '../service/errors';
import { Front } from '../service/front';
import type { Challenge } from '../service/types';
import type { SessionKey } from '../session';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { Captcha } from '../ui/captcha';
import { NameForm } from '../ui/name-form';
import { Alert, Button, Screen, Status } from '../ui/parts';
import { SaveNumber } from './save-number';

/** What is made before the service is asked, and stays the same however often it is asked. */
interface Registration {
  passkey: NewPasskey;
  alias: string;
  /** The caller, and the temporary key of the new device: so one prompt is enough. */
  key: SessionKey;
  front: Front;
  challenge: Challenge;
}

export function Create(): JSX.Element {
  const app = useApp();
  const action = useAction();
  const [passkey, setPasskey] = useState<NewPasskey | null>(null);
  const [registration, setRegistration] = useState<Registration | null>(null);
  const [number, setNumber] = useState<bigint | null>(null);
  const text = texts.create;

  const start = async (alias: string): Promise<void> => {
    const key = await app.nextKey();
    const front = new Front(app.env.front, createAgent(app.env, key.identity));
    const date = new Date().toLocaleDateString(texts.language, { dateStyle: 'medium' });
    // A passkey that was made before something failed is used again.
    const made = passkey ?? (await createPasskey({ rpId: app.rpId, userName: text.userName(date), exclude: [] }));
    setPasskey(made);
    const challenge = await front.createChallenge();
    const next = { passkey: made, alias, key, front, challenge };
    setRegistration(next);
    if (challenge.png_base64 === '') await register(next, '');
  };

  const register = async (attempt: Registration, solution: string, isRepetition = false): Promise<void> => {
    const { passkey: made, alias, key, front, challenge } = attempt;
    const device = deviceFor(made, alias, { authentication: null }, location.origin);
    const temporary = key.identity.getPrincipal();
    const answer = await front.register(device, challenge.challenge_key, solution, temporary);
    if ('canister_full' in answer) throw new ServiceError('full', 'no shard takes new anchors');
    if ('bad_challenge' in answer) {
      const fresh = await front.createChallenge();
      setRegistration({ ...attempt, challenge: fresh });
      // Too old, and nothing to solve: the user has no part in it.
      if (challenge.png_base64 === '' && fresh.png_base64 === '' && !isRepetition) {
        return register({ ...attempt, challenge: fresh }, '', true);
      }
      throw new ServiceError('bad-challenge', 'wrong, or too old');
    }
    const anchor = answer.registered.user_number;
    rememberAnchor(app.store, anchor);
    nameAccount(app.rpId, made.userId, texts.common.anchor(anchor));
    app.open(key.temporary(anchor, made.publicKey));
    setNumber(anchor);
  };

  if (number !== null) return <SaveNumber anchor={number} />;
  if (registration && registration.challenge.png_base64 !== '') {
    return (
      <Captcha
        challenge={registration.challenge}
        action={action}
        onSolution={(solution) => action.run(() => register(registration, solution))}
        onNewPicture={() =>
          action.run(async () => setRegistration({ ...registration, challenge: await registration.front.createChallenge() }))
        }
      />
    );
  }
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
        // After a failure without a picture the same registration is sent again: it may have been done.
        onName={(alias) => action.run(() => (registration ? register(registration, '') : start(alias)))}
      />
      <Status>{action.isPending ? (passkey ? texts.common.working : texts.common.usePasskey) : ''}</Status>
      <Button disabled={action.isPending} onClick={app.router.back}>
        {texts.common.back}
      </Button>
    </Screen>
  );
}
