// Logging in to a dapp: who asks, and as whom.
import type { JSX } from 'preact';
import { useApp } from '../app-context';
import type { Login } from '../login';
import { rememberAnchor } from '../memory';
import type { LoginRequest } from '../protocols/channel';
import { delegate } from '../service/delegation';
import { frontFor } from '../service/front';
import type { Session } from '../session';
import { texts } from '../texts';
import { durationText } from '../texts/duration';
import { useAction } from '../ui/action';
import { focusHeading } from '../ui/focus';
import { Picker } from '../ui/picker';
import { Alert, Button, Screen, Status } from '../ui/parts';

export function Authorize({ login }: { login: Login }): JSX.Element {
  const { state } = login;
  const text = texts.authorize;
  switch (state.name) {
    case 'waiting':
      return (
        <Screen title={text.title}>
          <Status>{text.waiting}</Status>
        </Screen>
      );
    case 'checking':
      return (
        <Screen title={text.title}>
          <Origin request={state.request} />
          <Status>{text.checking}</Status>
        </Screen>
      );
    case 'unchecked':
      return (
        <Screen title={text.title}>
          <Origin request={state.request} />
          <Alert problem={text.originUnchecked} />
          <div class="actions">
            <Button
              kind="primary"
              onClick={() => {
                login.retry();
                // The button goes.
                focusHeading();
              }}
            >
              {texts.common.tryAgain}
            </Button>
            <Button onClick={login.decline}>{text.decline}</Button>
          </div>
        </Screen>
      );
    case 'ready':
      return <Consent login={login} request={state.request} />;
    case 'unreachable':
      return (
        <Screen title={text.refusedTitle}>
          <Alert problem={state.problem} />
          <Button kind="primary" onClick={login.retry}>
            {texts.common.tryAgain}
          </Button>
        </Screen>
      );
    case 'refused':
      return (
        <Screen title={text.refusedTitle}>
          <Alert problem={state.problem} />
        </Screen>
      );
    case 'done':
      return (
        <Screen title={text.doneTitle}>
          <p>{text.done}</p>
        </Screen>
      );
    case 'declined':
      return (
        <Screen title={text.declinedTitle}>
          <p>{text.declined}</p>
        </Screen>
      );
    case 'gone':
      return (
        <Screen title={text.declinedTitle}>
          <p>{text.gone}</p>
        </Screen>
      );
    case 'untold':
      return (
        <Screen title={text.declinedTitle}>
          <p>{text.untold}</p>
        </Screen>
      );
  }
}

function Consent({ login, request }: { login: Login; request: LoginRequest }): JSX.Element {
  const app = useApp();
  const action = useAction({ inSession: true });
  const text = texts.authorize;

  /** Two calls: the delegation is prepared, then handed out. */
  const answer = async (session: Session): Promise<void> => {
    const delegation = await delegate(frontFor(app.env, session), session, request);
    rememberAnchor(app.store, session.anchor);
    login.succeed(delegation);
    app.close();
  };

  return (
    <Screen title={text.title}>
      <Origin request={request} />
      {app.active ? (
        <ActiveAnchor
          session={app.active.session}
          action={action}
          onLogIn={(session) => action.run(() => answer(session))}
          onOther={() => {
            app.close();
            focusHeading();
          }}
        />
      ) : (
        <Picker label={text.logInAs} onSession={answer} afterPrompt={text.preparing} />
      )}
      <div class="actions end">
        <Button onClick={login.decline}>{text.decline}</Button>
      </div>
    </Screen>
  );
}

function Origin({ request }: { request: LoginRequest }): JSX.Element {
  const text = texts.authorize;
  const { origin, derivationOrigin, maxTimeToLive } = request;
  const isShared = derivationOrigin !== undefined && derivationOrigin !== origin;
  return (
    <section class="consent">
      <p>
        <strong class="origin">{origin}</strong> {text.wants}
      </p>
      {isShared && (
        <p>
          {text.derivation} <strong class="origin small">{derivationOrigin}</strong>, {text.derivationHint}
        </p>
      )}
      <p class="hint">{isShared ? text.learnsShared : text.learns}</p>
      <p class="hint">{text.duration(durationText(maxTimeToLive))}</p>
    </section>
  );
}

interface ActiveAnchorProps {
  session: Session;
  action: ReturnType<typeof useAction>;
  onLogIn: (session: Session) => void;
  onOther: () => void;
}

/** Somebody is signed in already, after creating or recovering an anchor: no prompt is needed. */
function ActiveAnchor({ session, action, onLogIn, onOther }: ActiveAnchorProps): JSX.Element {
  return (
    <>
      <Alert problem={action.problem} />
      <Status>{action.isPending ? texts.authorize.preparing : ''}</Status>
      <div class="actions">
        <Button kind="primary" isPending={action.isPending} onClick={() => onLogIn(session)}>
          {texts.authorize.logInAs(session.anchor)}
        </Button>
        <Button disabled={action.isPending} onClick={onOther}>
          {texts.picker.other}
        </Button>
      </div>
    </>
  );
}
