// A recovery phrase: shown, kept by the user, stored by the service, and only then called done.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { afterwards, useApp, type Active } from '../app-context';
import { hasKey, isPhrase, isProtected, isSameDevice, phraseDevice } from '../devices';
import { generatePhrase, phraseIdentity, type Phrase } from '../phrase';
import { ServiceError } from '../service/errors';
import type { AnchorInfo, Device } from '../service/types';
import { openSessionWith } from '../session';
import { isEqual } from '../bytes';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { Alert, Button, Field, Form, Note, Screen, Status } from '../ui/parts';
import { frontOfPhrase } from '../ui/phrase-owner';
import { KeepPhrase } from './keep-phrase';

/** The phrase that the new one takes the place of. */
interface Present {
  device: Device;
  /** What the user typed, if it is protected. */
  typed: string;
}

type Step =
  | { name: 'intro'; info: AnchorInfo | null }
  | { name: 'keep'; phrase: Phrase; present: Present | null }
  | { name: 'done' };

export function PhraseScreen({ active }: { active: Active }): JSX.Element {
  const app = useApp();
  const action = useAction({ inSession: true });
  const [step, setStep] = useState<Step>({ name: 'intro', info: null });
  const [typed, setTyped] = useState('');
  const { session, front } = active;
  const { anchor } = session;
  const text = texts.phrase;

  const frontFor = (device: Device, old: string) =>
    isProtected(device) && !isEqual(device.pubkey, session.device)
      ? frontOfPhrase(app.env, anchor, device.pubkey, old)
      : Promise.resolve(front);

  /** Certified what the anchor has now, and whether the user may replace it, before a phrase is shown. */
  const generate = async (): Promise<void> => {
    const info = await front.anchorInfo(anchor);
    const device = info.devices.find(isPhrase);
    setStep({ name: 'intro', info });
    const isLocked = device && isProtected(device) && !isEqual(device.pubkey, session.device);
    if (isLocked && typed.trim() === '') return;
    if (device) await frontFor(device, typed);
    setStep({ name: 'keep', phrase: generatePhrase(anchor), present: device ? { device, typed } : null });
  };

  const store = async (phrase: Phrase, present: Present | null): Promise<void> => {
    const identity = await phraseIdentity(phrase);
    const device = phraseDevice(identity.getPublicKey().toDer(), text.alias);
    const isStored = ({ devices }: AnchorInfo): boolean => hasKey(devices, device.pubkey);
    const info = await front.anchorInfo(anchor);
    const now = info.devices.find(isPhrase);
    // If it is stored already, the answer got lost.
    if (!isStored(info)) {
      if (!isSame(now, present?.device)) {
        throw new ServiceError('changed-elsewhere', 'the present phrase is not the one that was to be replaced');
      }
      let asks = front;
      if (present) {
        const { device: old } = present;
        const owner = await frontFor(old, present.typed);
        // A protected phrase stays one.
        await owner.replace(anchor, old.pubkey, { ...device, protection: old.protection });
        if (isEqual(old.pubkey, session.device)) {
          // The session ended with the phrase that it was opened with. The new one goes on.
          asks = app.open(await openSessionWith(identity, anchor), { isRecovery: active.isRecovery }).front;
        }
      } else {
        await front.add(anchor, device);
      }
      // Nobody should keep a piece of paper that opens nothing: it is looked, certified, before it is said.
      if (!isStored(await asks.anchorInfo(anchor))) {
        throw new ServiceError('phrase-gone', 'the phrase was stored, and is not there any more');
      }
    }
    setTyped('');
    setStep({ name: 'done' });
  };

  switch (step.name) {
    case 'intro': {
      const device = step.info?.devices.find(isPhrase);
      const isLocked = device !== undefined && isProtected(device) && !isEqual(device.pubkey, session.device);
      return (
        <Screen title={text.title}>
          <p>{text.intro}</p>
          {device && <Note>{text.replaces}</Note>}
          <Alert problem={action.problem} />
          <Form onSubmit={() => action.run(generate)}>
            {isLocked && (
              <>
                <Note>{texts.manage.lockedHint}</Note>
                <Field label={text.type} hint={text.typeHint} value={typed} onInput={setTyped} isLong />
              </>
            )}
            <div class="actions">
              <Button submit kind="primary" isPending={action.isPending}>
                {text.generate}
              </Button>
              <Button disabled={action.isPending} onClick={app.router.back}>
                {texts.common.back}
              </Button>
            </div>
          </Form>
          <Status>{action.isPending ? texts.common.working : ''}</Status>
        </Screen>
      );
    }
    case 'keep':
      return (
        <KeepPhrase phrase={step.phrase} action={action} onKept={() => action.run(() => store(step.phrase, step.present))} />
      );
    case 'done':
      return (
        <Screen title={text.doneTitle}>
          <p>{text.done}</p>
          <Button kind="primary" onClick={() => app.router.replace(afterwards(app))}>
            {texts.common.continue}
          </Button>
        </Screen>
      );
  }
}

function isSame(a: Device | undefined, b: Device | undefined): boolean {
  return a && b ? isSameDevice(a, b) : a === b;
}
