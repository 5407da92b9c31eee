// What every screen must stand: axe's rules in light and dark, and 360 pixels of width. Takes its pictures, too.
import { mkdir } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const FOLDER = new URL('../screens/', import.meta.url).pathname;
const NARROW = 360;

/** Failures are reported, and the test goes on. */
export async function inspect(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const usual = page.viewportSize();
  // What is behind a dialog is dimmed only as far as the window goes.
  const fullPage = (await page.getByRole('dialog').count()) === 0;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    // The other scheme changes colours, and nothing else.
    if (scheme === 'dark') axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect.soft(found, `axe on ${name}, ${scheme}`).toEqual([]);
    await page.screenshot({ path: `${FOLDER}${name}-${scheme}.png`, fullPage });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: NARROW, height: 740 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(width, `${name} fits into ${NARROW} pixels`).toBeLessThanOrEqual(NARROW);
  await page.screenshot({ path: `${FOLDER}${name}-narrow.png`, fullPage });
  if (usual) await page.setViewportSize(usual);
}
