// The registration of a device on another machine, seen from the one that is signed in.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, type Active } from '../app-context';
import { networkNow } from '../clock';
import { hasKey, isSameDevice } from '../devices';
import type { DeviceData } from '../service/types';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { registrationEnd, TimeLeft, useTimeLeft } from '../ui/countdown';
import { focusHeading } from '../ui/focus';
import { Alert, Button, Field, Form, Note, Screen, Status } from '../ui/parts';
import { usePoll } from '../ui/poll';

/** How often it is asked whether a device waits, in milliseconds. */
const INTERVAL = 4_000;
const MINUTE = 60_000;

export function AddRemote({ active }: { active: Active }): JSX.Element {
  const app = useApp();
  const { anchor } = active.session;
  const opening = useAction({ inSession: true });
  const verifying = useAction({ inSession: true });
  /** Milliseconds since 1970; null while no registration is open. */
  const [end, setEnd] = useState<number | null>(null);
  /** The device that waits. */
  const [waits, setWaits] = useState<DeviceData | null>(null);
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const left = useTimeLeft(end);
  const isOpen = left !== null && left > 0;
  const isExpired = left === 0;
  const text = texts.addRemote;

  /** What was asked before it changed says nothing any more. */
  const turn = useRef(0);
  const open = (): void =>
    opening.run(async () => {
      turn.current += 1;
      const time = await active.front.enterRegistrationMode(anchor);
      setProblem(null);
      setWaits(null);
      setCode('');
      setEnd(registrationEnd(time));
    });
  useEffect(open, []);

  // Whoever leaves does not leave the door open. Signing in again is not leaving: only the session is another one.
  const isLeftOpen = useRef(false);
  isLeftOpen.current = isOpen;
  const front = useRef(active.front);
  front.current = active.front;
  useEffect(
    () => () => {
      turn.current += 1;
      if (isLeftOpen.current) front.current.exitRegistrationMode(anchor).catch(() => undefined);
    },
    [anchor],
  );

  // All that the screen shows is another.
  useEffect(focusHeading, [isOpen]);

  /** The device was added. */
  const leave = (added: DeviceData): void => {
    isLeftOpen.current = false;
    setEnd(null);
    app.router.replace({ name: 'manage', notice: text.done(added.alias) });
  };
  const close = (why: string): void => {
    setEnd(null);
    setProblem(why);
  };
  /** Certified what became of the registration. Undefined: it is not open any more, and the screen says so; or this screen is over. */
  const look = async (): Promise<DeviceData | null | undefined> => {
    const mine = turn.current;
    const {
      devices,
      device_registration: [registration],
    } = await active.front.anchorInfo(anchor);
    if (mine !== turn.current) return undefined;
    if (waits && hasKey(devices, waits.pubkey)) {
      leave(waits);
      return undefined;
    }
    if (!registration) {
      // The service's clock and this one differ by seconds.
      close(end !== null && end - networkNow() < MINUTE ? text.expired : text.closed);
      return undefined;
    }
    const [device = null] = registration.tentative_device;
    setWaits(device);
    return device;
  };
  usePoll(isOpen && !verifying.isPending ? async () => void (await look()) : null, INTERVAL);

  const verify = async (typed: string): Promise<void> => {
    turn.current += 1;
    const device = await look();
    if (device === undefined) return;
    if (device === null) return setProblem(text.noDevice);
    // The code is for the device that the user saw waiting.
    if (waits && !isSameDevice(device, waits)) return setProblem(text.otherDevice);
    const answer = await active.front.verifyTentative(anchor, typed);
    if ('verified' in answer) {
      leave(device);
    } else if ('no_device_to_verify' in answer) {
      setProblem(text.noDevice);
    } else if ('device_registration_mode_off' in answer) {
      close(text.expired);
    } else {
      const tries = answer.wrong_code.retries_left;
      setCode('');
      setProblem(tries > 0 ? text.wrongCode(tries) : text.noTries);
      if (tries === 0) setEnd(null);
    }
  };

  return (
    <Screen title={text.title}>
      <Alert problem={opening.problem ?? verifying.problem} />
      {isOpen ? (
        <>
          <p>{text.intro}</p>
          <ol>
            {text.steps(location.host, anchor).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <Form
            onSubmit={() => {
              const typed = code.replace(/\s+/g, '');
              if (!/^\d{6}$/.test(typed)) return setProblem(text.codeWrongForm);
              setProblem(null);
              return verifying.run(() => verify(typed));
            }}
          >
            <Field label={text.code} value={code} onInput={setCode} error={problem} isNumber maxLength={10} />
            <Status>{waits === null ? text.waiting : text.waits(waits.alias)}</Status>
            <TimeLeft milliseconds={left} />
            <Note>{text.warning}</Note>
            <div class="actions">
              <Button submit kind="primary" isPending={verifying.isPending}>
                {text.verify}
              </Button>
              <Button disabled={verifying.isPending} onClick={app.router.back}>
                {texts.common.cancel}
              </Button>
            </div>
          </Form>
        </>
      ) : (
        <>
          <Alert problem={problem || isExpired ? { what: problem ?? text.expired, todo: '' } : null} />
          <Status>{opening.isPending ? texts.common.working : ''}</Status>
          <div class="actions">
            <Button kind="primary" isPending={opening.isPending} onClick={open}>
              {text.startAgain}
            </Button>
            <Button disabled={opening.isPending} onClick={app.router.back}>
              {texts.common.back}
            </Button>
          </div>
        </>
      )}
    </Screen>
  );
}
