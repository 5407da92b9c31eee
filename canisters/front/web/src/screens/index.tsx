// Which screen belongs to which route.
import type { JSX } from 'preact';
import { useApp } from '../app-context';
import { AddHere } from './add-here';
import { AddRemote } from './add-remote';
import { Authorize } from './authorize';
import { Create } from './create';
import { Help } from './help';
import { Manage } from './manage';
import { NewDevice } from './new-device';
import { OfferRecovery } from './offer-recovery';
import { PhraseScreen } from './phrase';
import { Recover } from './recover';
import { RecoveryKey } from './recovery-key';
import { Welcome } from './welcome';

export function CurrentScreen(): JSX.Element {
  const { router, login, active } = useApp();
  const { route } = router;
  const notice = route.name === 'home' ? route.notice : undefined;
  const home = login ? <Authorize login={login} /> : <Welcome {...(notice !== undefined && { notice })} />;
  switch (route.name) {
    case 'home':
      return home;
    case 'create':
      return <Create />;
    case 'recover':
      return <Recover />;
    case 'new-device':
      return <NewDevice />;
    case 'help':
      return <Help />;
    // What follows acts for a session. Who comes back to it after signing out begins anew.
    case 'offer-recovery':
      return active ? <OfferRecovery /> : home;
    case 'manage':
      return active ? <Manage active={active} route={route} /> : home;
    case 'add-here':
      return active ? <AddHere active={active} /> : home;
    case 'add-remote':
      return active ? <AddRemote active={active} /> : home;
    case 'phrase':
      return active ? <PhraseScreen active={active} /> : home;
    case 'recovery-key':
      return active ? <RecoveryKey active={active} /> : home;
  }
}
