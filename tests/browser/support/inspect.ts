// What every screen must stand: axe's rules in light and dark, and 360 pixels of width. Takes its pictures, too.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type axe from 'axe-core';

const FOLDER = new URL('../screens/', import.meta.url).pathname;
const NARROW = 360;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Failures are reported, and the test goes on. */
export async function inspect(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const usual = page.viewportSize();
  // What is behind a dialog is dimmed only as far as the window goes.
  const fullPage = (await page.getByRole('dialog').count()) === 0;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    // The other scheme changes colours, and nothing else.
    const found = await violations(page, scheme === 'dark' ? ['color-contrast'] : null);
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

/** What these of axe's rules, or all that it runs by itself, find on a page that has no frames. */
async function violations(page: Page, rules: string[] | null): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return page.evaluate(async (only) => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const results = await here.run(document, { resultTypes: ['violations'], ...(only && { runOnly: only }) });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }, rules);
}
