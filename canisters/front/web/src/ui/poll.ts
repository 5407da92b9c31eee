// Asking again and again until something has happened elsewhere.
import { useEffect, useRef } from 'preact/hooks';

/** Asks every so many milliseconds, never twice at once, and not while the tab is hidden. Failures are passed over. */
export function usePoll(ask: (() => Promise<void>) | null, interval: number): void {
  const latest = useRef(ask);
  latest.current = ask;
  const isOn = ask !== null;
  useEffect(() => {
    if (!isOn) return undefined;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const next = (): void => {
      timer = setTimeout(() => {
        const work = document.hidden ? undefined : latest.current?.();
        Promise.resolve(work)
          .catch(() => undefined)
          .finally(() => {
            if (isCurrent) next();
          });
      }, interval);
    };
    next();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [isOn, interval]);
}
