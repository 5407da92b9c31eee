import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const pages = ['index', 'auth', 'auth-client', 'redirect'];

// Each page stands for itself; the canister serves what stands in `dist`.
export default defineConfig({
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
