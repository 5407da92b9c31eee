// Which screen is shown. Screens are entries of the browser's history, so that its back button works; what they are lives in
// memory only. A flow of several steps is one entry: going back leaves it as a whole, and never sends anything again.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { AnchorInfo } from './service/types';

export type Route =
  /** Logging in to a dapp if one asks, else the choice of an anchor. */
  | { name: 'home'; notice?: string }
  | { name: 'create' }
  | { name: 'offer-recovery' }
  /** `notice`: what was just done. `info`: what the service just said. */
  | { name: 'manage'; notice?: string; info?: AnchorInfo }
  | { name: 'add-here' }
  | { name: 'add-remote' }
  | { name: 'phrase' }
  | { name: 'recovery-key' }
  | { name: 'recover' }
  | { name: 'new-device' }
  | { name: 'help' };

export interface Router {
  route: Route;
  /** A number that is another one for each visit of a screen. */
  visit: number;
  go(route: Route): void;
  /** Goes on to a screen from which there is no way back to the present one. */
  replace(route: Route): void;
  back(): void;
  /** While a call is under way the back button does nothing. Returns what ends that. */
  hold(): () => void;
}

interface Mark {
  /** Which run of the page made the entry: another one's screens are gone. */
  run: string;
  place: number;
}

const HOME: Route = { name: 'home' };

export function useRouter(): Router {
  const run = useRef(String(Math.random()));
  const entries = useRef<Route[]>([HOME]);
  const place = useRef(0);
  const visits = useRef(0);
  const holds = useRef(0);
  const [shown, show] = useState({ route: HOME, visit: 0 });

  const present = useCallback(() => {
    visits.current += 1;
    show({ route: entries.current[place.current] ?? HOME, visit: visits.current });
  }, []);

  const mark = useCallback((): Mark => ({ run: run.current, place: place.current }), []);

  useEffect(() => {
    history.replaceState(mark(), '');
    const onPop = (event: PopStateEvent): void => {
      const target = placeOf(event.state, run.current);
      if (holds.current > 0) {
        if (target !== null && target !== place.current) history.go(place.current - target);
        return;
      }
      if (target === place.current) return;
      place.current = target ?? 0;
      present();
    };
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, [mark, present]);

  const go = useCallback(
    (route: Route) => {
      entries.current = [...entries.current.slice(0, place.current + 1), route];
      place.current += 1;
      history.pushState(mark(), '');
      present();
    },
    [mark, present],
  );

  const replace = useCallback(
    (route: Route) => {
      entries.current[place.current] = route;
      history.replaceState(mark(), '');
      present();
    },
    [mark, present],
  );

  const back = useCallback(() => {
    if (place.current > 0) history.back();
    else replace(HOME);
  }, [replace]);

  const hold = useCallback(() => {
    holds.current += 1;
    let isHeld = true;
    return () => {
      if (isHeld) holds.current -= 1;
      isHeld = false;
    };
  }, []);

  return { ...shown, go, replace, back, hold };
}

function placeOf(state: unknown, run: string): number | null {
  if (typeof state !== 'object' || state === null || !('run' in state) || !('place' in state)) return null;
  return state.run === run && typeof state.place === 'number' ? state.place : null;
}
