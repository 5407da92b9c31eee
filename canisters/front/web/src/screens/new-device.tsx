// The registration of a device on another machine, seen from the new device.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { afterwards, useApp } from '../app-context';
import { deviceFor, hasKey, suggestedName } from '../devices';
import { rememberAnchor } from '../memory';
import { createPasskey, type NewPasskey } from '../passkey/create';
import { Front } from '../service/front';
import { query, update } from '../service/call';
import { credentialsOf } from '../service/shards';
import { signIn } from '../sign-in';
import { parseAnchor } from '../anchor-number';
import { texts } from '../texts';
import type { ErrorText } from '../texts/en';
import { useAction } from '../ui/action';
import { unlessRefused } from '../ui/add-once';
import { registrationEnd, TimeLeft, useTimeLeft } from '../ui/countdown';
import { NameForm } from '../ui/name-form';
import { Alert, Button, Field, Screen, Status } from '../ui/parts';
import { usePoll } from '../ui/poll';

/** How often it is asked whether the code was typed, in milliseconds. */
const INTERVAL = 2_000;

/** The passkey waits for its code to be typed on the other device. */
interface Waiting {
  anchor: bigint;
  publicKey: Uint8Array;
  code: string;
  /** Milliseconds since 1970. */
  end: number;
}

export function NewDevice(): JSX.Element {
  const app = useApp();
  const action = useAction();
  const [number, setNumber] = useState('');
  const [numberError, setNumberError] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<ErrorText | null>(null);
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const [isAdded, setAdded] = useState(false);
  const [isExpired, setExpired] = useState(false);
  /** Made once for an anchor, however often the service turns it away. */
  const made = useRef<{ anchor: bigint; passkey: NewPasskey } | null>(null);
  const left = useTimeLeft(waiting?.end ?? null);
  const text = texts.newDevice;

  const look = async ({ anchor, publicKey }: Waiting, isLast: boolean): Promise<void> => {
    const isThere = async (ask: typeof query): Promise<boolean> => {
      const { credentials } = await credentialsOf(app.env, app.agent, anchor, ask);
      return hasKey(credentials, publicKey);
    };
    // Before somebody puts the other device away, the answer is a certified one.
    if ((isLast || (await isThere(query))) && (await isThere(update))) {
      rememberAnchor(app.store, anchor);
      setAdded(true);
    } else if (isLast) {
      setExpired(true);
    }
  };
  // A telephone that slept may have missed it: at the end it is looked once more.
  usePoll(waiting && !isAdded && !isExpired ? () => look(waiting, left === 0) : null, INTERVAL);

  const add = async (anchor: bigint, alias: string): Promise<void> => {
    setRefusal(null);
    if (made.current?.anchor !== anchor) {
      const { credentials, recovery_credentials } = await credentialsOf(app.env, app.agent, anchor);
      const exclude = [...credentials, ...recovery_credentials].map(({ credential_id }) => credential_id);
      const passkey = await createPasskey({ rpId: app.rpId, userName: text.userName(anchor), exclude });
      made.current = { anchor, passkey };
    }
    const { passkey } = made.current;
    const device = deviceFor(passkey, alias, { authentication: null }, location.origin);
    const answer = await unlessRefused(
      () => new Front(app.env.front, app.agent).addTentatively(anchor, device),
      () => (made.current = null),
    );
    if ('added_tentatively' in answer) {
      const { verification_code: code, device_registration_timeout: end } = answer.added_tentatively;
      setWaiting({ anchor, publicKey: passkey.publicKey, code, end: registrationEnd(end) });
    } else if ('device_registration_mode_off' in answer) {
      setRefusal({ what: text.modeOff, todo: text.modeOffHint });
    } else if ('another_device_tentatively_added' in answer) {
      setRefusal({ what: text.another, todo: text.anotherHint });
    } else {
      setRefusal({ what: text.used, todo: text.usedHint });
    }
  };

  if (waiting && isAdded) {
    return (
      <Screen title={text.doneTitle}>
        <p>{text.done(waiting.anchor)}</p>
        <Alert problem={action.problem} />
        <Status>{action.isPending ? texts.common.usePasskey : ''}</Status>
        <Button
          kind="primary"
          isPending={action.isPending}
          onClick={() =>
            action.run(async () => {
              app.open(await signIn(app, waiting.anchor));
              app.router.replace(afterwards(app));
            })
          }
        >
          {text.signIn}
        </Button>
      </Screen>
    );
  }
  if (waiting && !isExpired) {
    return (
      <Screen title={text.codeTitle}>
        <p class="number-shown">
          <output>{waiting.code}</output>
        </p>
        <p>{text.codeHint}</p>
        <Status>{text.waiting}</Status>
        <TimeLeft milliseconds={left ?? 0} />
        <Button onClick={app.router.back}>{texts.common.cancel}</Button>
      </Screen>
    );
  }
  if (waiting) {
    return (
      <Screen title={text.expiredTitle}>
        <Alert problem={{ what: text.expired, todo: '' }} />
        <Button
          kind="primary"
          onClick={() => {
            setWaiting(null);
            setExpired(false);
          }}
        >
          {texts.common.tryAgain}
        </Button>
      </Screen>
    );
  }
  return (
    <Screen title={text.title}>
      <p>{text.intro}</p>
      <Alert problem={refusal ?? action.problem} />
      <Field label={texts.common.anchorNumber} value={number} onInput={setNumber} error={numberError} isNumber maxLength={26} />
      <NameForm
        label={texts.common.deviceName}
        hint={texts.common.deviceNameHint}
        initial={suggestedName(navigator.userAgent)}
        submit={text.start}
        isPending={action.isPending}
        onName={(alias) => {
          const anchor = parseAnchor(number);
          setNumberError(anchor === null ? texts.common.numberWrong : null);
          if (anchor !== null) action.run(() => add(anchor, alias));
        }}
      />
      <Status>{action.isPending ? texts.common.working : ''}</Status>
      <Button disabled={action.isPending} onClick={app.router.back}>
        {texts.common.back}
      </Button>
    </Screen>
  );
}
