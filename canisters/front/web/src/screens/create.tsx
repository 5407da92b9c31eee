// A new anchor: passkey, perhaps a picture to read, then the number, which must be saved.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { isEqual } from '../bytes';
import { deviceFor, suggestedName } from '../devices';
import { rememberAnchor } from '../memory';
import { createPasskey, type NewPasskey } from '../passkey/create';
import { nameAccount } from '../passkey/signals';
import { createAgent } from '../service/call';
import { ServiceError } from '../service/errors';
import { isOneOf, isUnsettled } from '../service/retry';
import { ownerOf } from '../service/shards';
import { Front } from '../service/front';
import type { Challenge, RegisterAnswer } from '../service/types';
import type { SessionKey } from '../session';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { unlessRefused } from '../ui/add-once';
import { Captcha } from '../ui/captcha';
import { NameForm } from '../ui/name-form';
import { Alert, Button, Screen, Status } from '../ui/parts';
import { SaveNumber } from './save-number';

/** What the service is asked. Sent again as it is, it is done once. */
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
  /** The service never said what became of the registration: the anchor may be there. */
  const isUncertain = useRef(false);
  const [number, setNumber] = useState<bigint | null>(null);
  const text = texts.create;

  const start = async (alias: string): Promise<void> => {
    if (registration && isUncertain.current) return register(registration, '');
    const key = registration?.key ?? (await app.nextKey());
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
    const ask = (): Promise<RegisterAnswer> => front.register(device, challenge.challenge_key, solution, temporary);
    let answer: RegisterAnswer;
    try {
      const twice = (): Promise<RegisterAnswer> =>
        ask().catch((error: unknown) => {
          if (!isUnsettled(error)) throw error;
          // From now on a challenge that is void says nothing of what became of the anchor.
          isUncertain.current = true;
          return ask();
        });
      answer = await unlessRefused(twice, () => {
        setPasskey(null);
        setRegistration(null);
      });
    } catch (error) {
      if (!isOneOf(error, ['bad-challenge'])) throw error;
      // Sent before with another solution.
      answer = { bad_challenge: null };
    }
    if ('canister_full' in answer) throw new ServiceError('full', 'no shard takes new anchors');
    if ('registered' in answer) return finish(attempt, answer.registered.user_number);
    const next = await renew(attempt);
    // Too old, and nothing to solve: the user has no part in it.
    if (next && challenge.png_base64 === '' && next.challenge.png_base64 === '' && !isRepetition) return register(next, '', true);
    if (next) throw new ServiceError('bad-challenge', 'wrong, or too old');
  };

  /** The same with another challenge; null if it turns out that the anchor is there. */
  const renew = async (attempt: Registration): Promise<Registration | null> => {
    const { credentialId, publicKey } = attempt.passkey;
    if (isUncertain.current) {
      const owner = await ownerOf(app.env, app.agent, credentialId).catch((error: unknown) => {
        if (error instanceof ServiceError && error.code === 'unknown-passkey') return null;
        throw error;
      });
      if (owner && isEqual(owner.pubkey, publicKey)) {
        finish(attempt, owner.anchor_number);
        return null;
      }
      isUncertain.current = false;
    }
    const next = { ...attempt, challenge: await attempt.front.createChallenge() };
    setRegistration(next);
    return next;
  };

  const finish = ({ passkey: made, key }: Registration, anchor: bigint): void => {
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
        onNewPicture={() => action.run(async () => void (await renew(registration)))}
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
        onName={(alias) => action.run(() => start(alias))}
      />
      <Status>{action.isPending ? (passkey ? texts.common.working : texts.common.usePasskey) : ''}</Status>
      <Button disabled={action.isPending} onClick={app.router.back}>
        {texts.common.back}
      </Button>
    </Screen>
  );
}
