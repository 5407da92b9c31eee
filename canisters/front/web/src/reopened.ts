// A dapp may open this page in a window that it opened before, by the window's name.

/**
 * Reloads the page when a dapp opens it there again at the address that it shows. To the browser that is a step inside of the
 * same document; but the dapp waits for this page to announce itself. Needs no application: it may not have come to that.
 */
export function reloadWhenReopened(page: Window): void {
  const { history, location } = page;
  // The page's own entries have a state, so one without comes from outside.
  if (history.state === null) history.replaceState({}, '');
  page.addEventListener('popstate', (event) => {
    if (event.state !== null || location.hash !== '#authorize') return;
    // There is no screen to go to.
    event.stopImmediatePropagation();
    location.reload();
  });
}
