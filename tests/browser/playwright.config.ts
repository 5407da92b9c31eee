import { defineConfig } from '@playwright/test';

// Nothing here waits for people: what takes longer has failed. The slowest are calls that wait for a certificate, and the
// passkey's own time limits never run out.
const STEP_MS = 30_000;

export default defineConfig({
  testDir: 'specs',
  outputDir: 'results',
  // Each worker has a network of its own, and two fill two cores.
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  // What passes at the second try is reported as flaky: a machine that is too busy is no reason to stop.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: STEP_MS },
  reporter: 'list',
  use: {
    actionTimeout: STEP_MS,
    navigationTimeout: STEP_MS,
    // Recording costs more time than all tests together; `--trace on` for one that has failed.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
