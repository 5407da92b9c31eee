import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const pages = ['index', 'auth', 'auth-client', 'redirect'];

/** What the three ways to log in have in common: the form and the result. */
const logIn = readFileSync(resolve(import.meta.dirname, 'parts/log-in.html'), 'utf8').trim();

// Each page stands for itself; the canister serves what stands in `dist`.
export default defineConfig({
  plugins: [{ name: 'parts', transformIndexHtml: (html) => html.replace('<!-- parts/log-in.html -->', () => logIn) }],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: pages.map((name) => resolve(import.meta.dirname, `${name}.html`)),
    },
  },
});
