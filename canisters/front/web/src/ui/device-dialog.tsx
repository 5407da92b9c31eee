// What is asked before a device is changed, and the change.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp, type Active } from '../app-context';
import { isProtected, isUnchanged, lossBy } from '../devices';
import { forgetAnchor } from '../memory';
import { forgetPasskey } from '../passkey/signals';
import { ServiceError } from '../service/errors';
import type { Front } from '../service/front';
import { isKeyOf } from '../service/shards';
import type { AnchorInfo, Device, DeviceData } from '../service/types';
import { isEqual } from '../bytes';
import { texts } from '../texts';
import { useAction } from './action';
import { Dialog } from './dialog';
import { NameForm } from './name-form';
import { Alert, Button, Check, Field, Form, Note, Status } from './parts';
import { frontOfPhrase } from './phrase-owner';

export type Question = 'rename' | 'remove' | 'protect' | 'unprotect';

interface DeviceDialogProps {
  active: Active;
  info: AnchorInfo;
  kind: Question;
  device: Device;
  onClose: () => void;
  /** The device is not what was shown, and nothing was done: these are the devices now. */
  onStale: (info: AnchorInfo) => void;
  /** `info`: the devices after the change; null if they could not be asked for. */
  onDone: (notice: string, info: AnchorInfo | null) => void;
  /** The device in use, or the last one, was removed. */
  onSignedOut: (notice: string) => void;
}

export function DeviceDialog(props: DeviceDialogProps): JSX.Element {
  const { active, info, kind, device, onClose, onStale, onDone, onSignedOut } = props;
  const { anchor } = active.session;
  const app = useApp();
  const action = useAction({ inSession: true });
  const [phrase, setPhrase] = useState('');
  const [isSure, setSure] = useState(false);
  const text = texts.manage;
  const { alias } = device;
  const isOwn = isEqual(device.pubkey, active.session.device);
  const loss = lossBy(device, info);
  const isLast = loss === 'anchor';
  /** Only who authenticates with it changes a protected phrase. Who signed in with it did so. */
  const needsPhrase = isProtected(device) && !isOwn;

  /** Whether all that the user was told is still so. */
  const isAsShown = (fresh: AnchorInfo): boolean =>
    isUnchanged(fresh, device) && (kind !== 'remove' || lossBy(device, fresh) === loss);
  /** Certified first that everything is as the user saw it; then the change; then the list anew. */
  const change = (notice: string, work: (front: Front) => Promise<void>): void =>
    action.run(async () => {
      const front = needsPhrase ? await frontOfPhrase(app.env, anchor, device.pubkey, phrase) : active.front;
      const fresh = await active.front.anchorInfo(anchor);
      if (!isAsShown(fresh)) return onStale(fresh);
      await work(front);
      setPhrase('');
      // It is done, whether or not the list comes.
      onDone(notice, await active.front.anchorInfo(anchor).catch(() => null));
    });
  const update = (notice: string, data: DeviceData): void => change(notice, (front) => front.update(anchor, device.pubkey, data));
  /** An authenticator here that holds the passkey offers it no longer. */
  const forget = (): void => {
    for (const id of device.credential_id) forgetPasskey(app.rpId, id);
  };
  /** Removes it. Where only a refusal says so it is looked, certified: a session that is over is refused in the same words. */
  const removeBy = async (front: Front, isCallers: boolean): Promise<void> => {
    if (!(await front.remove(anchor, device.pubkey, isCallers)) && (await isKeyOf(app.env, app.agent, anchor, device.pubkey))) {
      throw new ServiceError('not-authenticated', 'refused, and the device is still there');
    }
    forget();
  };
  const remove = (): void => {
    if (!isOwn) return change(text.removed(alias), (front) => removeBy(front, needsPhrase));
    return action.run(async () => {
      const fresh = await active.front.anchorInfo(anchor);
      if (!isAsShown(fresh)) return onStale(fresh);
      await removeBy(active.front, true);
      if (isLast) forgetAnchor(app.store, anchor);
      onSignedOut(text.removed(alias));
    });
  };

  const titles: Record<Question, string> = {
    rename: text.renameTitle(alias),
    remove: text.removeTitle(alias),
    protect: text.protectTitle,
    unprotect: text.unprotectTitle,
  };
  const confirm = (label: string, onConfirm: () => void, isDanger = false): JSX.Element => (
    <Form
      onSubmit={() => {
        if (!action.isPending && (!isDanger || !isLast || isSure)) onConfirm();
      }}
    >
      {needsPhrase && (
        <>
          <Note>{text.lockedHint}</Note>
          <Field label={texts.phrase.type} hint={texts.phrase.typeHint} value={phrase} onInput={setPhrase} isLong />
        </>
      )}
      <div class="actions">
        <Button
          submit
          kind={isDanger ? 'danger' : 'primary'}
          isPending={action.isPending}
          disabled={(isDanger && isLast && !isSure) || (needsPhrase && phrase.trim() === '')}
        >
          {label}
        </Button>
        <Button disabled={action.isPending} onClick={onClose}>
          {texts.common.cancel}
        </Button>
      </div>
    </Form>
  );

  return (
    <Dialog title={titles[kind]} onClose={onClose} isPending={action.isPending}>
      <Alert problem={action.problem} />
      {kind === 'rename' && (
        <NameForm
          label={text.newName}
          initial={alias}
          submit={text.save}
          isPending={action.isPending}
          onCancel={onClose}
          onName={(name) => update(text.renamed(name), { ...device, alias: name })}
        />
      )}
      {kind === 'remove' && (
        <>
          <p>{text.removeText}</p>
          {isOwn && <Note>{text.removeInUse}</Note>}
          {loss === 'passkeys' && <Note>{text.removeLastPasskey}</Note>}
          {isLast && (
            <>
              <p class="alert">{text.removeLast}</p>
              <Check label={text.removeLastConfirm} isChecked={isSure} onChange={setSure} />
            </>
          )}
          {confirm(text.remove, remove, true)}
        </>
      )}
      {kind === 'protect' && (
        <>
          <p>{text.protectText}</p>
          {confirm(text.protect, () => update(text.wasProtected, { ...device, protection: { protected: null } }))}
        </>
      )}
      {kind === 'unprotect' && (
        <>
          <p>{text.unprotectText}</p>
          {confirm(text.unprotect, () => update(text.wasUnprotected, { ...device, protection: { unprotected: null } }))}
        </>
      )}
      <Status>{action.isPending ? texts.common.working : ''}</Status>
    </Dialog>
  );
}
