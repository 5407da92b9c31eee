// The registration of a device on another machine, seen from the one that is signed in.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, type Active } from '../app-context';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { registrationEnd, TimeLeft, useTimeLeft } from '../ui/countdown';
import { Alert, Button, Field, Form, Note, Screen, Status } from '../ui/parts';
import { usePoll } from '../ui/poll';

/** How often it is asked whether a device waits, in milliseconds. */
const INTERVAL = 4_000;

export function AddRemote({ active }: { active: Active }): JSX.Element {
  const app = useApp();
  const { anchor } = active.session;
  const opening = useAction({ inSession: true });
  const verifying = useAction({ inSession: true });
  /** Milliseconds since 1970; null while no registration is open. */
  const [end, setEnd] = useState<number | null>(null);
  const [waits, setWaits] = useState<string | null>(null);
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const left = useTimeLeft(end);
  const isOpen = left !== null && left > 0;
  const isExpired = left === 0;
  const text = texts.addRemote;

  const open = (): void =>
    opening.run(async () => {
      const time = await active.front.enterRegistrationMode(anchor);
      setProblem(null);
      setWaits(null);
      setCode('');
      setEnd(registrationEnd(time));
    });
  useEffect(open, []);

  // Whoever leaves does not leave the door open.
  const isLeftOpen = useRef(false);
  isLeftOpen.current = isOpen;
  useEffect(
    () => () => {
      if (isLeftOpen.current) active.front.exitRegistrationMode(anchor).catch(() => undefined);
    },
    [active, anchor],
  );

  usePoll(
    isOpen && !verifying.isPending
      ? async () => {
          const {
            device_registration: [registration],
          } = await active.front.anchorInfo(anchor);
          setWaits(registration?.tentative_device[0]?.alias ?? null);
        }
      : null,
    INTERVAL,
  );

  const verify = async (typed: string): Promise<void> => {
    const answer = await active.front.verifyTentative(anchor, typed);
    if ('verified' in answer) {
      isLeftOpen.current = false;
      setEnd(null);
      app.router.replace({ name: 'manage', notice: waits === null ? text.doneUnnamed : text.done(waits) });
    } else if ('no_device_to_verify' in answer) {
      setProblem(text.noDevice);
    } else if ('device_registration_mode_off' in answer) {
      setEnd(null);
      setProblem(text.expired);
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
            <Status>{waits === null ? text.waiting : text.waits(waits)}</Status>
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
