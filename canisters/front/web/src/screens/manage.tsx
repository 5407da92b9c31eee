// An anchor's devices, and what can be done with them.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { afterwards, useApp, type Active } from '../app-context';
import { isPhrase, isRecovery } from '../devices';
import type { Route } from '../router';
import type { AnchorInfo, Device } from '../service/types';
import { texts } from '../texts';
import { useAction } from '../ui/action';
import { DeviceDialog, type Question } from '../ui/device-dialog';
import { DeviceList } from '../ui/device-list';
import { focusHeading } from '../ui/focus';
import { Alert, Button, Note, Screen, Status } from '../ui/parts';

interface ManageProps {
  active: Active;
  route: Extract<Route, { name: 'manage' }>;
}

export function Manage({ active, route }: ManageProps): JSX.Element {
  const app = useApp();
  const { router } = app;
  const { anchor } = active.session;
  const loading = useAction({ inSession: true });
  const [info, setInfo] = useState<AnchorInfo | null>(route.info ?? null);
  const [notice, setNotice] = useState(route.notice ?? '');
  useEffect(() => {
    // Whoever comes back to this entry of the history later sees what is true then.
    delete route.info;
    delete route.notice;
  }, [route]);
  const [isStale, setStale] = useState(false);
  const [question, setQuestion] = useState<{ kind: Question; device: Device } | null>(null);
  const load = (): void => loading.run(async () => setInfo(await active.front.anchorInfo(anchor)));
  useEffect(() => {
    if (!info) load();
    // Asked for when the screen comes up, and after that only when something was done.
  }, []);

  const text = texts.manage;
  const devices = info?.devices.filter((device) => !isRecovery(device)) ?? [];
  const recovery = info?.devices.filter(isRecovery) ?? [];
  const hasPhrase = info?.devices.some(isPhrase) ?? false;
  const ask = (kind: Question, device: Device): void => {
    setNotice('');
    setStale(false);
    setQuestion({ kind, device });
  };

  /** Where a dapp waits, if one does. */
  const back = afterwards(app);
  const replace = (): void => router.go({ name: 'phrase' });

  return (
    <Screen title={text.title(anchor)}>
      <Status>{loading.isPending ? text.loading : notice}</Status>
      <Alert problem={isStale ? texts.errors['changed-elsewhere'] : loading.problem} />
      {!info && !loading.isPending && (
        <Button
          onClick={() => {
            load();
            // The button goes.
            focusHeading();
          }}
        >
          {texts.common.tryAgain}
        </Button>
      )}
      {info && (
        <>
          {active.isRecovery && <Note>{text.recovered}</Note>}
          {!active.isRecovery && devices.length <= 1 && recovery.length === 0 && <Note>{text.single}</Note>}
          <section aria-labelledby="devices">
            <h2 id="devices">{text.devices}</h2>
            <DeviceList devices={devices} inUse={active.session.device} onAsk={ask} onReplace={replace} />
            <div class="actions">
              <Button kind={active.isRecovery ? 'primary' : 'plain'} onClick={() => router.go({ name: 'add-here' })}>
                {text.addHere}
              </Button>
              <Button onClick={() => router.go({ name: 'add-remote' })}>{text.addRemote}</Button>
            </div>
          </section>
          <section aria-labelledby="recovery">
            <h2 id="recovery">{text.recovery}</h2>
            <p class={recovery.length > 0 ? 'good' : 'bad'}>{recovery.length > 0 ? text.hasRecovery : text.noRecovery}</p>
            <DeviceList devices={recovery} inUse={active.session.device} onAsk={ask} onReplace={replace} />
            <div class="actions">
              {!hasPhrase && <Button onClick={() => router.go({ name: 'phrase' })}>{text.addPhrase}</Button>}
              <Button onClick={() => router.go({ name: 'recovery-key' })}>{text.addKey}</Button>
            </div>
          </section>
        </>
      )}
      <nav class="links">
        {back.name === 'home' && (
          <Button kind="primary" onClick={() => router.go(back)}>
            {text.toApp}
          </Button>
        )}
        <Button
          onClick={() => {
            app.close();
            router.replace({ name: 'home', notice: text.loggedOut });
          }}
        >
          {text.logOut}
        </Button>
        <Button kind="link" onClick={() => router.go({ name: 'help' })}>
          {text.help}
        </Button>
      </nav>
      {question && info && (
        <DeviceDialog
          active={active}
          info={info}
          {...question}
          onClose={() => setQuestion(null)}
          onStale={(next) => {
            setQuestion(null);
            setStale(true);
            setInfo(next);
          }}
          onDone={(what, next) => {
            setQuestion(null);
            setNotice(what);
            setInfo(next);
            if (!next) load();
          }}
          onSignedOut={(what) => {
            app.close();
            router.replace({ name: 'home', notice: what });
          }}
        />
      )}
    </Screen>
  );
}
