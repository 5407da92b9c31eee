// Choosing an anchor and signing in to it, for oneself or for a dapp.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { forgetAnchor, rememberedAnchors } from '../memory';
import { credentialsOf } from '../service/shards';
import type { Session } from '../session';
import { CredentialCache, discover, signIn } from '../sign-in';
import { texts } from '../texts';
import { isSessionOver, useAction } from './action';
import { focusHeading } from './focus';
import { ForgetDialog } from './forget-dialog';
import { NumberForm } from './number-form';
import { Alert, Button, Status } from './parts';

/** Anchors whose passkeys are asked for before the user clicks. */
const PREFETCHED = 3;
/** Milliseconds in which a prompt's answer is used again: whoever sees no session expects none. */
const REUSED = 120_000;

interface PickerProps {
  /** What is written on the button of a remembered anchor. */
  label: (anchor: bigint) => string;
  /** The session is open; what follows is under way while this is. */
  onSession: (session: Session) => Promise<void>;
  /** What is going on after the prompt. */
  afterPrompt: string;
}

export function Picker({ label, onSession, afterPrompt }: PickerProps): JSX.Element {
  const app = useApp();
  const action = useAction();
  const [anchors, setAnchors] = useState(() => rememberedAnchors(app.store));
  const [chosen, setChosen] = useState<bigint | 'number' | 'discover' | null>(null);
  const [isPrompting, setPrompting] = useState(false);
  const [forgetting, setForgetting] = useState<bigint | null>(null);
  const [found, setFound] = useState<Session | null>(null);
  /** If what follows the prompt fails, trying again at once needs no other prompt. */
  const opened = useRef<{ session: Session; at: number } | null>(null);
  const cache = useMemo(() => new CredentialCache((anchor) => credentialsOf(app.env, app.agent, anchor)), [app.env, app.agent]);
  useEffect(() => {
    for (const anchor of anchors.slice(0, PREFETCHED)) cache.get(anchor).catch(() => undefined);
  }, [anchors, cache]);

  const start = (choice: bigint | 'number' | 'discover', work: () => Promise<void>): void => {
    setChosen(choice);
    action.run(async () => {
      setPrompting(true);
      try {
        await work();
      } finally {
        setPrompting(false);
      }
    });
  };
  const enter = (choice: bigint | 'number', anchor: bigint): void =>
    start(choice, async () => {
      const known = opened.current;
      const isGood = known?.session.anchor === anchor && performance.now() - known.at < REUSED;
      const session = isGood ? known.session : await signIn(app, anchor, 'sign-in', cache.get(anchor));
      opened.current = isGood ? known : { session, at: performance.now() };
      setPrompting(false);
      try {
        await onSession(session);
      } catch (error) {
        if (isSessionOver(error)) opened.current = null;
        throw error;
      }
    });
  // It takes the place of the button that had the focus.
  const foundHeading = useRef<HTMLHeadingElement>(null);
  useEffect(() => foundHeading.current?.focus(), [found]);
  const isPending = (choice: bigint | 'number' | 'discover'): boolean => action.isPending && chosen === choice;

  if (found) {
    return (
      <section aria-labelledby="found">
        <h2 id="found" ref={foundHeading} tabIndex={-1}>
          {texts.picker.foundTitle}
        </h2>
        <p role="status">{texts.picker.found(found.anchor)}</p>
        <p>{texts.picker.foundHint}</p>
        <Alert problem={action.problem} />
        <div class="actions">
          <Button kind="primary" isPending={action.isPending} onClick={() => action.run(() => onSession(found))}>
            {texts.picker.continueAs(found.anchor)}
          </Button>
          <Button
            disabled={action.isPending}
            onClick={() => {
              setFound(null);
              focusHeading();
            }}
          >
            {texts.picker.notMine}
          </Button>
        </div>
      </section>
    );
  }
  return (
    <>
      <Alert problem={action.problem} />
      <Status>{action.isPending ? (isPrompting ? texts.common.usePasskey : afterPrompt) : ''}</Status>
      {anchors.length > 0 && (
        <section aria-labelledby="yours">
          <h2 id="yours">{texts.picker.yours}</h2>
          <ul class="anchors">
            {anchors.map((anchor, index) => (
              <li key={String(anchor)}>
                <Button
                  kind={index === 0 ? 'primary' : 'plain'}
                  isPending={isPending(anchor)}
                  disabled={action.isPending}
                  onClick={() => enter(anchor, anchor)}
                >
                  {label(anchor)}
                </Button>
                <Button
                  kind="link"
                  label={texts.picker.forget(anchor)}
                  disabled={action.isPending}
                  onClick={() => setForgetting(anchor)}
                >
                  ✕
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="other">
        <h2 id="other">{anchors.length > 0 ? texts.picker.other : texts.picker.own}</h2>
        <NumberForm
          submit={texts.picker.withNumber}
          isPending={isPending('number')}
          disabled={action.isPending}
          onAnchor={(anchor) => enter('number', anchor)}
        />
        <Button
          isPending={isPending('discover')}
          disabled={action.isPending}
          onClick={() => start('discover', async () => setFound(await discover(app, () => setPrompting(false))))}
        >
          {texts.picker.discover}
        </Button>
      </section>
      {forgetting !== null && (
        <ForgetDialog
          anchor={forgetting}
          onClose={() => setForgetting(null)}
          onForget={() => {
            forgetAnchor(app.store, forgetting);
            opened.current = null;
            setAnchors(rememberedAnchors(app.store));
            setForgetting(null);
          }}
        />
      )}
      <nav class="links">
        <Button
          kind={anchors.length > 0 ? 'plain' : 'primary'}
          disabled={action.isPending}
          onClick={() => app.router.go({ name: 'create' })}
        >
          {texts.picker.create}
        </Button>
        <Button kind="link" disabled={action.isPending} onClick={() => app.router.go({ name: 'new-device' })}>
          {texts.picker.newDevice}
        </Button>
        <Button kind="link" disabled={action.isPending} onClick={() => app.router.go({ name: 'recover' })}>
          {texts.picker.lost}
        </Button>
        <Button kind="link" disabled={action.isPending} onClick={() => app.router.go({ name: 'help' })}>
          {texts.common.help}
        </Button>
      </nav>
    </>
  );
}
