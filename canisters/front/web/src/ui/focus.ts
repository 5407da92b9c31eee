/** To the screen's heading: what had the focus is gone, and screen readers should begin anew. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>('main h1')?.focus();
}
